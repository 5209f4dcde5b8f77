"""Kubernetes manifests of what the chart expects to find in the cluster."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import yaml

from tidegen.chart.secrets import CHART_SECRETS
from tidegen.chart.values import output
from tidegen.chart.workloads import NAMED_ACCOUNTS

_STORE = "secrets-manager"
#: The chart's defaults of `global.gateway.proxy`; the port is the one its load balancer would have.
_GATEWAY, _GATEWAY_NAMESPACE, _GATEWAY_PORT = "gateway-proxy", "gloo-system", 80
#: Of the gateway in front of shared services, which end TLS themselves.
_TLS_PORT = 443
#: A rotated value that reaches no pod protects nothing; a look at every secret costs a few cents a
#: month (0.05 USD for 10,000).
_REFRESH = "15m"
Manifest = dict[str, Any]


def manifests_text(outputs: Mapping[str, str], region: str) -> str:
    """An environment's manifests as YAML documents; InputError where an output is missing."""
    return _text(manifests(outputs, region))


def shared_manifests_text(outputs: Mapping[str, str]) -> str:
    """Those of shared services: what the gateway in front of them needs."""
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
    """In the order in which Kubernetes has to get them."""
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
    """The default one: claims of the charts beside Tidepool's name none.

    Source: kubernetes-sigs/aws-ebs-csi-driver, "CreateVolume (StorageClass) parameters".
    """
    made = _manifest("storage.k8s.io/v1", "StorageClass", "gp3", None)
    made["metadata"]["annotations"] = {"storageclass.kubernetes.io/is-default-class": "true"}
    return made | {
        "provisioner": "ebs.csi.aws.com",
        "parameters": {"type": "gp3", "encrypted": "true", "kmsKeyId": key_arn},
        # in the zone of the pod that claims it
        "volumeBindingMode": "WaitForFirstConsumer",
        "allowVolumeExpansion": True,
        "reclaimPolicy": "Retain",
    }


def _store(namespace: str, region: str) -> Manifest:
    """Without `auth` the operator uses its own pods' role, the only way with Pod Identity.

    Source: external-secrets.io, "AWS Access".
    """
    aws = {"service": "SecretsManager", "region": region}
    spec = {"provider": {"aws": aws}}
    return _manifest("external-secrets.io/v1", "SecretStore", _STORE, namespace, spec)


def _secret(name: str, namespace: str, path: str) -> Manifest:
    """Every key that the secret has, so that one unfilled key keeps no other from its pod."""
    spec = {
        "refreshInterval": _REFRESH,
        "secretStoreRef": {"kind": "SecretStore", "name": _STORE},
        "target": {"name": name, "creationPolicy": "Owner"},
        "dataFrom": [{"extract": {"key": f"{path}{name}"}}],
    }
    return _manifest("external-secrets.io/v1", "ExternalSecret", name, namespace, spec)


def _targets(arn: str, port: int) -> Manifest:
    """Pods of the gateway as targets of the load balancer."""
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
