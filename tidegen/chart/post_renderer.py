"""A post-renderer for Tidepool's chart: sets what the chart has no value for.

Source of the names: github.com/tidepool-org/development, `charts/tidepool` 0.26.0 (commit
79eba6af), `1-deployment.yaml` of the two subcharts.
"""

import json
from collections.abc import Mapping
from typing import Any

import yaml

from tidegen.chart.values import output

#: Deployment and its container → the variable that holds the address of its mails' logo.
ASSET_VARIABLES = {"hydrophone": "HYDROPHONE_ASSET_URL", "mailer": "TIDEPOOL_ASSET_URL"}
_SCRIPT = """\
#!/bin/sh
# Helm's post-renderer for charts/tidepool: the rendered chart comes in, and leaves with the address
# of the mails' logo. Needs kubectl.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/rendered.yaml"
cat > "$folder/kustomization.yaml" <<'KUSTOMIZATION'
resources:
- rendered.yaml
{patches}
KUSTOMIZATION
kubectl kustomize "$folder"\
"""


def post_renderer(outputs: Mapping[str, str]) -> str:
    """The script, for the outputs of an environment's root stack; InputError where one lacks."""
    address = output(outputs, "AssetsUrl")
    patches = [_patch(name, address) for name in ASSET_VARIABLES]
    return _SCRIPT.format(
        patches=yaml.safe_dump({"patches": patches}, sort_keys=False).rstrip("\n")
    )


def _patch(name: str, address: str) -> dict[str, Any]:
    """A strategic merge, which joins containers and variables by name.

    A target finds the deployment in whichever namespace the chart is installed.
    """
    variable = {"name": ASSET_VARIABLES[name], "value": address}
    pod = {"containers": [{"name": name, "env": [variable]}]}
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {"template": {"spec": pod}},
    }
    # JSON is YAML too, and a patch is a text
    return {"target": {"kind": "Deployment", "name": name}, "patch": json.dumps(deployment)}
