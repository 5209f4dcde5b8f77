"""Reads that change nothing: what is deployed, what a plan would do, how stacks are."""
