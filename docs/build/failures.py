"""The page of the known failures."""

from docs.build.markdown import table
from tidegen.failures import Failure, catalogue
from tidegen.planning.preflight import CHECKS, DELETION_CHECKS

_HEAD = (
    *("failure", "AWS's message", "cause", "fix"),
    *("lint", "preflight", "explained", "sources"),
)


def failures_page() -> str:
    """Return a row for each failure: messages, cause, fix, the checks that find it, sources."""
    intro = (
        "How deployments fail, from public reports. **lint** refuses the templates before anything"
        " is deployed, **preflight** checks the account first (the column names its checks), and"
        " the output of a failed deploy explains a message of AWS with the cause and fix in this"
        " table."
    )
    return f"# Known failures\n\n{intro}\n\n{table(_HEAD, map(_failure, catalogue().values()))}\n"


def _failure(row: Failure) -> tuple[str, ...]:
    messages = "<br>".join(f"`{message}`" for message in row.messages) or "none"
    checks = dict.fromkeys((*CHECKS, *DELETION_CHECKS))
    preflight = ", ".join(check.name for check in checks if row.slug in check.failures)
    sources = " ".join(f"[{number}]({url})" for number, url in enumerate(row.addresses, 1))
    caught = (", ".join(row.rules), preflight, "yes" if row.messages else "")
    name = f'<a id="{row.slug}"></a>`{row.slug}`'
    return (name, messages, row.cause, row.action, *caught, sources)
