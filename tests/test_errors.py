"""One error tree: every error that a user can see is a TidegenError."""

import ast
import builtins
from importlib import import_module
from pathlib import Path

import tidegen
from tidegen import errors
from tidegen.errors import TidegenError

PACKAGE = Path(tidegen.__file__).parent

#: Exception classes outside the tree, and why no user sees them.
INTERNAL = {
    "tidegen.cli.signals.TerminatedError": "becomes the exit code of the signal",
    "tidegen.concerns.rotation.code.rotation.kinds.RotationError": "raised in a function on AWS",
    "tidegen.deployment.rehearsal.stages.NotRehearsedError": "becomes a stage not rehearsed",
    "tidegen.environments.yaml_source._StoppedError": "becomes a problem of the file that is read",
    "tidegen.iam.conditions.UndecidedError": "becomes the answer that a request is not known",
    "tidegen.iam.operators.UnknownOperatorError": "not seen: the engine refuses such a policy",
    "tidegen.iam.patterns.UnresolvedError": "becomes a statement that does not match",
    "tidegen.linting.deadline.OverdueError": "becomes a finding (cfn-lint catches Exception)",
    "tidegen.cloudformation.evaluation.UndecidableError": "becomes an unforeseen resource",
    "tidegen.proof.policies.encoding.UndecidableError": "becomes a claim that is undecided",
    "tidegen.cloudformation.schemas.UnknownTypeError": "raised in the engine, which answers it",
}


def classes():
    """Every class of the package's source, as module and name; those inside functions too."""
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef):
                yield module, node


def exceptions(source=None):
    """Qualified name → class of all exceptions; imports only modules that define one."""
    known = {name for name in dir(builtins) if is_exception(getattr(builtins, name))}
    nodes = list(source or classes())
    exceptions_so_far = {}
    while True:
        new = {f"{m}.{n.name}": m for m, n in nodes if known & set(map(base_name, n.bases))}
        known |= {name.rpartition(".")[2] for name in new}
        if new.keys() == exceptions_so_far.keys():
            return new
        exceptions_so_far = new


def is_exception(value):
    return isinstance(value, type) and issubclass(value, BaseException)


def base_name(base):
    return base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "")


def loaded(name, module):
    return getattr(import_module(module), name.rpartition(".")[2])


def test_every_exception_is_in_the_tree_or_is_internal_for_a_reason():
    outside = {
        name
        for name, module in exceptions().items()
        if name in INTERNAL or not issubclass(loaded(name, module), TidegenError)
    }
    assert outside == INTERNAL.keys()


def test_the_walk_sees_exceptions_of_exceptions():
    tree = ast.parse("class A(B): ...\nclass B(ValueError): ...\nclass C: ...")
    assert exceptions([("m", node) for node in tree.body]).keys() == {"m.A", "m.B"}


def test_the_drawn_tree_is_complete_and_each_error_has_an_exit_code():
    drawn = [line.split() for line in errors.__doc__.splitlines() if "Error" in line]
    names = {next(word for word in words if word.endswith("Error")) for words in drawn}
    assert names == {n for n, v in vars(errors).items() if is_exception(v)}
    assert all(getattr(errors, name).exit_code in (1, 2) for name in names)
