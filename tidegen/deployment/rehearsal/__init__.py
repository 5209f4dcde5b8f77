"""A rehearsal of a recovery: an environment with data is lost, and raised in another region."""
