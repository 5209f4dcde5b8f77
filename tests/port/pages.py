"""docs/port-contract.md, written from the contract's own docstrings."""

import ast
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "port-contract.md"
_HEAD = """# The port's contract

The behaviour of CloudFormation and S3 that deployment assumes, one rule a test in `tests/port/`.
Each runs on the embedded engine, through the real adapter, and on the in-memory double, where both
claim the behaviour. This page is written from the tests: `python tests/port/pages.py`.

Sources are pages of the AWS CloudFormation API reference (`API_...`) and user guide unless stated
otherwise. UNVERIFIED marks a rule for which no page was found.
"""


@dataclass(frozen=True)
class Rule:
    """A rule: its text, its source, and the implementations it is tested on."""

    text: str
    source: str
    on: str

    @property
    def unverified(self) -> bool:
        return "UNVERIFIED" in self.source


def rules():
    """Return every rule, in the order of the tests."""
    return [rule for path in sorted(HERE.glob("test_*.py")) for rule in _rules(path)]


def _rules(path):
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef) and _takes_subject(node):
            text, _, rest = (ast.get_docstring(node) or "").partition("\n\n")
            on = next(filter(None, map(_only, node.decorator_list)), "both")
            yield Rule(" ".join(text.split()), " ".join(rest.split()), on)


def _takes_subject(node):
    return node.name.startswith("test_") and any(a.arg == "subject" for a in node.args.args)


def _only(decorator):
    called = isinstance(decorator, ast.Call) and getattr(decorator.func, "id", "") == "only"
    return decorator.args[0].value if called else ""


def page():
    """Return the page's Markdown."""
    all_rules = rules()
    parts = [
        _HEAD,
        "## Rules of both\n",
        *_table(rule for rule in all_rules if rule.on == "both"),
        "\n## Where the engine and the double differ\n",
        "The double follows AWS where the engine does not; the engine is tested on the rest.\n",
        *_table((rule for rule in all_rules if rule.on != "both"), on=True),
        "\n## Unverified\n",
        *(f"- {rule.text} ({_after(rule.source)})" for rule in all_rules if rule.unverified),
    ]
    return "\n".join(parts) + "\n"


def _after(source):
    return source.partition("UNVERIFIED")[2].lstrip(": ").rstrip(".") or source


def _table(listed, *, on=False):
    head = "| rule | on | source |" if on else "| rule | source |"
    yield from (head, "|---|---|---|" if on else "|---|---|")
    for rule in listed:
        source = rule.source.removeprefix("Source: ")
        where = f"{rule.on} | " if on else ""
        yield f"| {rule.text} | {where}{source} |"


if __name__ == "__main__":
    PAGE.write_text(page())
