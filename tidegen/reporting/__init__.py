"""Reporting: plans, states and findings as text. Everything here returns strings."""
