"""Deployment: executes plans through the port and reports events."""
