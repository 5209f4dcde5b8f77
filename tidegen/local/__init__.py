"""The embedded local AWS: an engine that tidegen starts for a command, a test or a demo."""
