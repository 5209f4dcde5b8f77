"""Values for Tidepool's Helm chart, from an environment's outputs. Secrets are named, never shown.

Source of the keys: github.com/tidepool-org/development, `charts/tidepool` 0.26.0 (commit 79eba6af,
2026-08-18). A test compares every key with the chart's own.
"""

from collections.abc import Mapping
from typing import Any

import yaml

from tidegen.chart.workloads import BLOB_PREFIXES, NAMED_ACCOUNTS
from tidegen.errors import InputError, Problem

_HEAD = """\
# Values of charts/tidepool in github.com/tidepool-org/development, written for 0.26.0.
# Apply `tidegen outputs --format manifests` first, then install into namespace {namespace}.
"""
#: Subcharts that read the database's secret, and those that read Kafka's, by name.
_WITH_MONGO = (
    "auth",
    "blob",
    "clinic",
    "data",
    "export",
    "gatekeeper",
    "highwater",
    "hydrophone",
    "jellyfish",
    "kafka",
    "messageapi",
    "migrations",
    "prescription",
    "seagull",
    "shoreline",
    "task",
    "tidewhisperer",
    "tools",
)
_WITH_KAFKA = (
    "auth",
    "blob",
    "clinic",
    "clinic-worker",
    "data",
    "gatekeeper",
    "highwater",
    "hydrophone",
    "kafka",
    "mailer",
    "messageapi",
    "prescription",
    "seagull",
    "shoreline",
)
_WITH_ASSETS = ("hydrophone", "mailer", "prescription")
#: Subcharts that could create a secret themselves: External Secrets Operator creates them all.
_WITH_SECRET = (
    "abbott",
    "auth",
    "blob",
    "care-partner-alerts",
    "customer-io",
    "data",
    "dexcom",
    "marketo",
    "mongo",
    "oura",
    "prescription",
    "server",
    "shoreline",
    "task",
    "token-signing-key",
    "travis",
    "twiist",
    "userdata",
)


def helm_values(outputs: Mapping[str, str], region: str) -> str:
    """Return the values file, as YAML, for the outputs of an environment's root stack.

    Raises InputError if an output is missing.
    """
    text = yaml.safe_dump(nested(chart_values(outputs, region)), sort_keys=False, width=100)
    return _HEAD.format(namespace=output(outputs, "WorkloadNamespace")) + text.rstrip("\n")


def chart_values(outputs: Mapping[str, str], region: str) -> dict[str, Any]:
    """Return dotted key of the chart → value."""
    return {
        **_global(region),
        **_gateway(output(outputs, "ApiHost"), output(outputs, "AppHost")),
        **_stores(output(outputs, "UploadsBucketName")),
        **_mail(output(outputs, "MailFromAddress"), output(outputs, "AssetsBucketName")),
        **{f"{name}.serviceAccount.name": name for name in NAMED_ACCOUNTS},
        **{f"{name}.mongo.secretName": "mongo" for name in _WITH_MONGO},
        **{f"{name}.kafka.secretName": "kafka" for name in _WITH_KAFKA},
        **{f"{name}.secret.enabled": False for name in _WITH_SECRET},
    }


def output(outputs: Mapping[str, str], name: str) -> str:
    """Return an output's value; raise InputError if the deployed release does not have it."""
    if name not in outputs:
        raise InputError(
            Problem(f"output {name}", "missing in the environment; deploy it with this release")
        )
    return outputs[name]


def _global(region: str) -> dict[str, Any]:
    return {
        "global.region": region,
        "global.secret.enabled": False,
        "global.secret.generated": False,
        "global.secret.templated": False,
        # created by `--format manifests`: Helm needs it for the release before it would create it
        "tidepool.namespace.create": False,
        # profiles of a service mesh that is not installed: Kubernetes would not know their kind
        "global.linkerdsupport.enabled": False,
        # the auth service does not start without one of its keys
        "auth.configmap.enabled": True,
    }


def _gateway(api: str, app: str) -> dict[str, Any]:
    """Return the gateway's values. TLS ends at the load balancer: the gateway speaks HTTP.

    It accepts every host name: the load balancer forwards only these two hosts, and its health
    checks use a pod's address as host.
    """
    return {
        "global.gateway.default.protocol": "https",
        "global.gateway.default.host": api,
        "global.gateway.default.apiHost": api,
        "global.gateway.default.appHost": app,
        "global.gateway.default.domain": api.partition(".")[2],
        "global.glooingress.enabled": True,
        "glooingress.virtualServices.http.enabled": True,
        "glooingress.virtualServices.http.redirect": False,
        "glooingress.virtualServices.http.dnsNames": [api, app, "*"],
        "glooingress.virtualServices.https.enabled": False,
    }


def _stores(bucket: str) -> dict[str, Any]:
    """Return the blob service's stores: the key of `store` itself, else `<name>.store`."""
    values: dict[str, Any] = {}
    for name, prefix in BLOB_PREFIXES.items():
        store = name if name == "store" else f"{name}.store"
        key = f"blob.deployment.env.{store}"
        values[f"{key}.type"] = "s3"
        values[f"{key}.s3.bucket"] = bucket
        values[f"{key}.s3.prefix"] = prefix
    return values


def _mail(sender: str, bucket: str) -> dict[str, Any]:
    return {
        "hydrophone.deployment.env.fromAddress": f"Tidepool <{sender}>",
        "hydrophone.deployment.env.useMockNotifier": False,
        "mailer.deployment.env.backend": "ses",
        "mailer.deployment.env.fromAddress": sender,
        **{f"{name}.deployment.env.store.s3.bucket": bucket for name in _WITH_ASSETS},
    }


def nested(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values by dotted key as a tree."""
    tree: dict[str, Any] = {}
    for key, value in values.items():
        *path, last = key.split(".")
        branch = tree
        for part in path:
            branch = branch.setdefault(part, {})
        branch[last] = value
    return tree
