"""Deployment: a plan carried out through the port, reported as events."""
