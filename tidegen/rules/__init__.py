"""The platform's own rules: one cfn-lint rule a file, found by being here.

`tidegen lint` appends this folder to cfn-lint's rules, and so can anybody who has only templates,
with `cfn-lint --append-rules`. cfn-lint loads every module here and below whose name begins with a
letter.
"""

import re
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
_ID = re.compile(r'^    id = "(\w+)"$', re.MULTILINE)


@cache
def own_rule_ids() -> frozenset[str]:
    """The ids of the rules here, read from their sources: importing them takes cfn-lint."""
    texts = (path.read_text() for path in FOLDER.glob("[a-z]*.py"))
    return frozenset(rule_id for text in texts for rule_id in _ID.findall(text))
