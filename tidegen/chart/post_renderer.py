"""A post-renderer for Tidepool's chart: sets variables that no value of the chart sets.

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
# Helm's post-renderer for charts/tidepool: reads the rendered chart from stdin, sets the address of
# the mails' logo, and writes the result to stdout. Needs kubectl.
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
    """Return the script for an environment's outputs; raise InputError without `AssetsUrl`."""
    address = output(outputs, "AssetsUrl")
    patches = [_patch(name, address) for name in ASSET_VARIABLES]
    return _SCRIPT.format(
        patches=yaml.safe_dump({"patches": patches}, sort_keys=False).rstrip("\n")
    )


def _patch(name: str, address: str) -> dict[str, Any]:
    """Return a strategic merge patch, which matches containers and variables by name.

    The target matches the deployment in any namespace.
    """
    variable = {"name": ASSET_VARIABLES[name], "value": address}
    pod = {"containers": [{"name": name, "env": [variable]}]}
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {"template": {"spec": pod}},
    }
    # a patch is a string of YAML, which JSON is too
    return {"target": {"kind": "Deployment", "name": name}, "patch": json.dumps(deployment)}
