"""The implementation that a test of the contract is for."""

import pytest


def only(name):
    """Run the test on one implementation: the other does not claim the behaviour."""
    return pytest.mark.parametrize("subject", [name], indirect=True)
