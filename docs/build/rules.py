"""The page of the platform's own lint rules."""

from docs.build.markdown import fence
from tidegen.linting.cfn_lint import own_rules
from tidegen.linting.roots.run import CHECKS


def rules_page() -> str:
    """Return a section for each rule: what it asks, why, and an example of either kind."""
    intro = (
        "What `tidegen lint` asks for beyond cfn-lint's own rules. The folder `tidegen/rules` can"
        " be appended to any cfn-lint in whose environment tidegen is installed. Rules that begin"
        " with E98 are about a root with all that is nested in it; `tidegen lint` without paths"
        " runs them."
    )
    single = [
        _rule(r.id, r.shortdesc, r.description, r.source_url, r.good, r.bad) for r in own_rules()
    ]
    over_roots = [_rule(c.id, c.what, c.why, c.source, c.good, c.bad) for c in CHECKS]
    return "\n\n".join(["# Rules", intro, *single, *over_roots]) + "\n"


def _rule(name: str, what: str, why: str, source: str, *examples: str) -> str:
    good, bad = map(_example, examples)
    head = f"## {name}: {what}\n\n{why} [Source]({source})"
    return f"{head}\n\nGood:\n\n{good}\n\nBad:\n\n{bad}"


def _example(text: str) -> str:
    lines = [line if len(line) < 200 else f"{line[:100]}..." for line in text.strip().splitlines()]
    return fence("yaml", "\n".join(lines))
