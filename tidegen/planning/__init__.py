"""Planning: what a deploy would do, decided as frozen data without calling anything."""
