"""Errors of the embedded local AWS."""


class EngineUnavailable(Exception):  # noqa: N818 - it says what is the case
    """The engine cannot run here: its package is missing or is another version.

    The message is one line and says what to install.
    """


class EngineStartError(Exception):
    """The engine's process ended, or did not answer in time; carries the end of its log."""
