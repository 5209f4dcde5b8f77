"""The faster copies equal those of cfn-lint's own functions.

tests/linting/test_equality.py shows, against the command, that nothing else changes.
"""

import gc
import subprocess
import sys

from cfnlint.context.context import Context, Path
from cfnlint.jsonschema import validators
from cfnlint.jsonschema._filter import FunctionFilter

from tidegen.linting.memory import install, rare_collections


def test_a_context_is_copied_with_changes_and_added_references():
    install()
    before = Context(ref_values={"A": "a"}, regions=["us-west-2"])
    after = before.evolve(ref_values={"B": "b"}, strict_types=False)
    expected = Context(ref_values={"A": "a", "B": "b"}, regions=["us-west-2"], strict_types=False)
    assert after == expected
    assert before == Context(ref_values={"A": "a"}, regions=["us-west-2"])
    assert before.module_names == ()
    assert "module_names" not in vars(before.evolve())
    assert Path().descend(path="Resources", cfn_path="Resources").path_string == "Resources"


def test_equal_validators_are_one_class_and_different_ones_are_not():
    install()
    plain, other = FunctionFilter(), FunctionFilter(add_cfn_lint_keyword=False)
    one = validators.create({"type": print}, plain, {})
    assert validators.create({"type": print}, FunctionFilter(), {}) is one
    assert validators.create({"type": print}, other, {}) is not one
    assert validators.create({"type": repr}, plain, {}) is not one


def test_a_validator_s_copy_drops_fields_set_on_the_instance_alone():
    install()
    validator = validators.create({"type": print}, FunctionFilter(), {})(schema={})
    validator.validators = {}
    copy = validator.evolve(schema={"type": "string"})
    assert copy.schema == {"type": "string"}
    assert copy.validators == {"type": print}
    assert copy.cfn is validator.cfn


def test_the_faster_copies_are_still_needed():
    """cfn-lint's own `create` creates a class a call; once it does not, delete the module."""
    script = (
        "from cfnlint.jsonschema.validators import create;"
        "raise SystemExit(create({}) is create({}))"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_the_garbage_collector_is_restored():
    before = gc.get_threshold()
    with rare_collections():
        assert gc.get_threshold()[0] > before[0]
    assert gc.get_threshold() == before


def test_installing_twice_wraps_once():
    install()
    create = validators.create
    install()
    assert validators.create is create
