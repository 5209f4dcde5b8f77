"""Claims about the platform, proven from committed templates and environment files, offline."""
