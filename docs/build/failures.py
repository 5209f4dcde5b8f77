"""The page of the known failures."""

from docs.build.markdown import table
from tidegen.failures import FAILURES, Failure
from tidegen.planning.preflight import CHECKS

_HEAD = (
    *("failure", "what AWS says", "cause", "what to do"),
    *("lint", "preflight", "explained", "sources"),
)


def failures_page() -> str:
    """Return a row for each failure: its words, cause, way out, who catches it, who reported it."""
    intro = (
        "How deployments fail, from public reports. **lint** refuses the templates before anything"
        " is deployed, **preflight** looks at the account first (the column names its checks), and"
        " a message in the events of a failed deploy is explained in the words of this table."
    )
    return f"# Known failures\n\n{intro}\n\n{table(_HEAD, map(_failure, FAILURES))}\n"


def _failure(row: Failure) -> tuple[str, ...]:
    said = "<br>".join(f"`{message}`" for message in row.messages) or "nothing"
    preflight = ", ".join(check.name for check in CHECKS if row.slug in check.failures)
    sources = " ".join(f"[{number}]({url})" for number, url in enumerate(row.sources, 1))
    caught = (", ".join(row.rules), preflight, "yes" if row.messages else "")
    name = f'<a id="{row.slug}"></a>`{row.slug}`'
    return (name, said, row.cause, row.action, *caught, sources)
