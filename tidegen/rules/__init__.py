"""The platform's own rules: one cfn-lint rule a file, found by being here.

`tidegen lint` appends this folder to cfn-lint's rules, and so can anybody who has only templates,
with `cfn-lint --append-rules`. cfn-lint loads every module here and below whose name begins with a
letter.
"""

from pathlib import Path

FOLDER = Path(__file__).parent
