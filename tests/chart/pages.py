"""The commands of helm on the documentation's pages, as bash passes them to helm."""

import re
import subprocess

from tests.conftest import ROOT

RUNBOOK = "docs/runbooks/chart.md"
#: Variables that the page reads from `tidegen outputs --format dotenv`, and the region it sets.
VARIABLES = {
    "ENVIRONMENT_CLUSTER_NAME": "tide-staging",
    "ENVIRONMENT_VPC_ID": "vpc-0a1b",
    "ENVIRONMENT_WORKLOAD_NAMESPACE": "tide",
    "region": "us-west-2",
}
_RECORD = "helm() { printf '%s\\0' \"$@\"; }; "


def blocks(page):
    """Return the texts of a page's code blocks."""
    return re.findall(r"^```\n(.*?)^```$", (ROOT / page).read_text(), re.MULTILINE | re.DOTALL)


def helm_commands(page):
    """Return the arguments of each command of helm on a page."""
    text = "\n".join(blocks(page)).replace("\\\n", " ")
    return [_arguments(line) for line in re.findall(r"^helm .*$", text, re.MULTILINE)]


def _arguments(line):
    command = ["bash", "-u", "-c", _RECORD + line]
    output = subprocess.run(command, env=VARIABLES, check=True, capture_output=True, text=True)
    return output.stdout.split("\0")[:-1]
