"""Executing imports and moves of resources."""
