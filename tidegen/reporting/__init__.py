"""Text and data for output, mostly one module for each command. Nothing here prints."""
