"""What `tidegen plan` prints: text, plain data, Markdown."""
