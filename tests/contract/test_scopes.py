"""The table of scopes: complete, and what it comes to."""

import pytest

from tidegen.contract.scopes import SCOPES, Scope, roots_of


def test_every_scope_has_a_row_in_the_order_of_deployment():
    assert tuple(SCOPES) == tuple(Scope)


@pytest.mark.parametrize(
    ("file", "scopes"),
    [
        (Scope.ACCOUNT, ("identity", "bootstrap", "account")),
        (Scope.SHARED, ("access", "shared")),
        (Scope.ENVIRONMENT, ("access", "recovery", "environment")),
    ],
)
def test_roots_of_a_file_in_order(file, scopes):
    assert roots_of(file) == scopes


def test_stack_names():
    names = {scope: scope.stack_name("tide", "staging") for scope in Scope}
    assert names == {
        "identity": "tide-identity",
        "bootstrap": "tide-bootstrap",
        "access": "tide-staging-access",
        "account": "tide-account",
        "recovery": "tide-staging-recovery",
        "shared": "tide-staging",
        "environment": "tide-staging",
    }
