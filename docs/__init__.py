"""Documentation: written pages, and what makes the site of them (`docs.build`)."""
