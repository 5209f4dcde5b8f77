"""The page of the platform's own lint rules."""

from typing import Any

from docs.build.markdown import fence
from tidegen.linting.cfn_lint import own_rules
from tidegen.linting.roots.rule import discovered_rules


def rules_page() -> str:
    """Return a section for each rule: its text, its reason, a good and a bad example."""
    intro = (
        "The rules of `tidegen lint` beyond cfn-lint's own. Any cfn-lint in an environment with"
        " tidegen can append the folder `tidegen/rules`. Rules that begin with E98 check a root"
        " with everything nested in it; `tidegen lint` without paths runs them."
    )
    sections = map(_section, [*own_rules(), *discovered_rules()])
    return "\n\n".join(["# Rules", intro, *sections]) + "\n"


def _section(rule: Any) -> str:
    head = f"## {rule.id}: {rule.shortdesc}\n\n{rule.description} [Source]({rule.source_url})"
    return f"{head}\n\nGood:\n\n{_example(rule.good)}\n\nBad:\n\n{_example(rule.bad)}"


def _example(text: str) -> str:
    lines = [line if len(line) < 200 else f"{line[:100]}..." for line in text.strip().splitlines()]
    return fence("yaml", "\n".join(lines))
