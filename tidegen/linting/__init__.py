"""Linting: templates in, findings out."""
