"""Reading without changes: deployed roots, previews of plans, statuses, drift, preflight."""
