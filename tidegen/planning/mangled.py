"""Templates as GetTemplate shows them: with `?` in place of every character outside ASCII.

aws-cloudformation/cloudformation-coverage-roadmap#814 and #1220. Rendered templates escape such
characters, so theirs are shown as they were sent; older ones and those of others may not.
"""

import re
from typing import Any

from tidegen.cloudformation.resources import TemplateBody
from tidegen.errors import Problem, RefusedError

_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")


def is_mangled(shown: Any, wanted: Any) -> bool:
    """Return whether a shown text may be the wanted one, of which it has `?` for some parts."""
    if not isinstance(shown, str) or not isinstance(wanted, str) or wanted.isascii():
        return False
    parts = map(re.escape, _NOT_ASCII.split(wanted))
    return re.fullmatch(r"\?+".join(parts), shown) is not None


def has_mangled(shown: Any, wanted: Any) -> bool:
    """Return whether any text of a shown template is mangled, at the same place of the wanted."""
    if isinstance(shown, dict) and isinstance(wanted, dict):
        return any(has_mangled(shown[key], wanted[key]) for key in shown.keys() & wanted.keys())
    if isinstance(shown, list) and isinstance(wanted, list):
        return any(has_mangled(*pair) for pair in zip(shown, wanted, strict=False))
    return is_mangled(shown, wanted)


def check_unmangled(where: str, shown: TemplateBody, wanted: TemplateBody) -> None:
    """Raise RefusedError for a deployed template that cannot be sent back as it is shown."""
    if has_mangled(shown, wanted):
        problem = "its deployed template has characters that CloudFormation shows as '?'"
        remedy = "deploy first, with templates that escape them; nothing was changed"
        raise RefusedError(Problem(where, f"{problem}, so it cannot be sent back; {remedy}"))
