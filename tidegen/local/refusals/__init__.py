"""Refusals of AWS: the checks of each service, and AWS's words with their source.

A template that the schemas accept can still be refused by a service: a protected table is not
deleted, a volume does not shrink. The engine would accept all of it. Each refusal is checked where
a stack creates, updates or deletes a resource (`tidegen.local.table`).
"""

from tidegen.local.refusals.model import CREATE, DELETE, UPDATE, Operation, Refusal, message
from tidegen.local.refusals.registry import known_refusals, refuse

__all__ = [
    "CREATE",
    "DELETE",
    "UPDATE",
    "Operation",
    "Refusal",
    "known_refusals",
    "message",
    "refuse",
]
