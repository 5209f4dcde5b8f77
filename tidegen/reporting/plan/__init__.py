"""Output of `tidegen plan`: text, plain data, Markdown."""
