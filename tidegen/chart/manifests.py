"""Kubernetes manifests of resources that the chart expects in the cluster."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import yaml

from tidegen.chart.secrets import CHART_SECRETS
from tidegen.chart.values import output
from tidegen.chart.workloads import NAMED_ACCOUNTS

_STORE = "secrets-manager"
#: The chart's defaults of `global.gateway.proxy`, with its load balancer's default port.
_GATEWAY, _GATEWAY_NAMESPACE, _GATEWAY_PORT = "gateway-proxy", "gloo-system", 80
#: Port of the gateway in front of shared services, which terminate TLS themselves.
_TLS_PORT = 443
#: Pods must receive a rotated value soon; reading every secret costs a few cents a month (0.05 USD
#: for 10,000 calls).
_REFRESH = "15m"
Manifest = dict[str, Any]


def manifests_text(outputs: Mapping[str, str], region: str) -> str:
    """Return an environment's manifests as YAML; raise InputError if an output is missing."""
    return _text(manifests(outputs, region))


def shared_manifests_text(outputs: Mapping[str, str]) -> str:
    """Return the manifests of shared services as YAML, for the gateway in front of them."""
    return _text(
        (
            _manifest("v1", "Namespace", _GATEWAY_NAMESPACE, None),
            _storage_class(output(outputs, "NodesKeyArn")),
            _targets(output(outputs, "SharedTargetGroupArn"), _TLS_PORT),
        )
    )


def _text(documents: Iterable[Manifest]) -> str:
    return yaml.safe_dump_all(documents, explicit_start=True, sort_keys=False, width=200).rstrip(
        "\n"
    )


def manifests(outputs: Mapping[str, str], region: str) -> Iterator[Manifest]:
    """Yield an environment's manifests in the order in which they must be applied."""
    namespace = output(outputs, "WorkloadNamespace")
    path = output(outputs, "SecretsPath")
    yield _manifest("v1", "Namespace", namespace, None)
    yield _manifest("v1", "Namespace", _GATEWAY_NAMESPACE, None)
    yield _storage_class(output(outputs, "NodesKeyArn"))
    for name in NAMED_ACCOUNTS:
        yield _manifest("v1", "ServiceAccount", name, namespace)
    yield _store(namespace, region)
    for name in CHART_SECRETS:
        yield _secret(name, namespace, path)
    yield _targets(output(outputs, "TargetGroupArn"), _GATEWAY_PORT)


def _storage_class(key_arn: str) -> Manifest:
    """Return the default storage class, for claims that name none, as in other charts.

    Source: kubernetes-sigs/aws-ebs-csi-driver, "CreateVolume (StorageClass) parameters".
    """
    manifest = _manifest("storage.k8s.io/v1", "StorageClass", "gp3", None)
    manifest["metadata"]["annotations"] = {"storageclass.kubernetes.io/is-default-class": "true"}
    return manifest | {
        "provisioner": "ebs.csi.aws.com",
        "parameters": {"type": "gp3", "encrypted": "true", "kmsKeyId": key_arn},
        # in the zone of the pod that claims it
        "volumeBindingMode": "WaitForFirstConsumer",
        "allowVolumeExpansion": True,
        "reclaimPolicy": "Retain",
    }


def _store(namespace: str, region: str) -> Manifest:
    """Return the store; without `auth` the operator uses its pods' role (required by Pod Identity).

    Source: external-secrets.io, "AWS Access".
    """
    aws = {"service": "SecretsManager", "region": region}
    spec = {"provider": {"aws": aws}}
    return _manifest("external-secrets.io/v1", "SecretStore", _STORE, namespace, spec)


def _secret(name: str, namespace: str, path: str) -> Manifest:
    """Return a secret to sync, with all keys it has: an unfilled key does not block the others."""
    spec = {
        "refreshInterval": _REFRESH,
        "secretStoreRef": {"kind": "SecretStore", "name": _STORE},
        "target": {"name": name, "creationPolicy": "Owner"},
        "dataFrom": [{"extract": {"key": f"{path}{name}"}}],
    }
    return _manifest("external-secrets.io/v1", "ExternalSecret", name, namespace, spec)


def _targets(arn: str, port: int) -> Manifest:
    """Return the registration of the gateway's pods as targets of the load balancer."""
    spec = {
        "serviceRef": {"name": _GATEWAY, "port": port},
        "targetGroupARN": arn,
        "targetType": "ip",
    }
    kind = "TargetGroupBinding"
    return _manifest("elbv2.k8s.aws/v1beta1", kind, _GATEWAY, _GATEWAY_NAMESPACE, spec)


def _manifest(
    version: str, kind: str, name: str, namespace: str | None, spec: Manifest | None = None
) -> Manifest:
    place = {"namespace": namespace} if namespace else {}
    metadata = {"name": name, **place}
    body = {"spec": spec} if spec else {}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **body}
