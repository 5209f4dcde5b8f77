"""Imports and moves of resources, carried out."""
