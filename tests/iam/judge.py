"""Write the verdicts of an independent simulator of IAM on our requests.

    npm install --prefix FOLDER @cloud-copilot/iam-simulate
    .venv/bin/python -m tests.iam.judge FOLDER

The file holds the policies of the templates of that day, so that it stays valid when they change.
"""

import json
import subprocess
import sys
from pathlib import Path

from tests.concerns.template_policies import ACCOUNT
from tests.iam.judged_requests import PRINCIPAL, cases, key_policy, template_policies

JUDGED = Path(__file__).with_name("judged.json")
SEED, COUNT = 13, 6000
PARTS = ("statements", "boundary", "action", "resource", "keys")


def main(folder):
    """Ask the simulator and write the file."""
    policies = template_policies()
    asked = [
        {
            "principal": PRINCIPAL,
            "account": ACCOUNT,
            **dict(zip(PARTS, case, strict=True)),
            "policy": key_policy(case[2]),
        }
        for case in cases(policies, SEED, COUNT)
    ]
    installed = Path(folder).resolve()
    found = json.loads(
        (installed / "node_modules/@cloud-copilot/iam-simulate/package.json").read_text()
    )
    answer = subprocess.run(
        ["node", str(Path(__file__).with_name("judge.mjs")), str(installed)],
        input=json.dumps(asked),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    content = {
        "judge": f"{found['name']} {found['version']}",
        "seed": SEED,
        "verdicts": answer.stdout,
        "policies": policies,
    }
    JUDGED.write_text(json.dumps(content, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
