"""The platform's own rules: one cfn-lint rule a file, discovered in this folder.

`tidegen lint` appends this folder to cfn-lint's rules; without tidegen's command
`cfn-lint --append-rules` does the same. cfn-lint loads every module here and below whose name
begins with a letter.
"""

import re
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
_ID = re.compile(r'^    id = "(\w+)"$', re.MULTILINE)


@cache
def own_rule_ids() -> frozenset[str]:
    """Return the ids of the rules here, read from their sources: importing them needs cfn-lint."""
    texts = (path.read_text() for path in FOLDER.glob("[a-z]*.py"))
    return frozenset(rule_id for text in texts for rule_id in _ID.findall(text))
