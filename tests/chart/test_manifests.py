"""Manifests of resources that the chart expects in the cluster, from an environment's outputs."""

import yaml

from tidegen.chart.manifests import manifests_text, shared_manifests_text
from tidegen.chart.secrets import CHART_SECRETS
from tidegen.chart.workloads import NAMED_ACCOUNTS

OUTPUTS = {
    "NodesKeyArn": "arn:aws:kms:x",
    "SecretsPath": "/tide/staging/",
    "TargetGroupArn": "arn:aws:elasticloadbalancing:x",
    "WorkloadNamespace": "tide",
}
MANIFESTS = list(yaml.safe_load_all(manifests_text(OUTPUTS, "eu-central-1")))


def of(kind):
    return {m["metadata"]["name"]: m for m in MANIFESTS if m["kind"] == kind}


def test_namespaces_come_before_their_resources():
    assert [m["kind"] for m in MANIFESTS[:3]] == ["Namespace", "Namespace", "StorageClass"]
    assert {m["metadata"]["namespace"] for m in MANIFESTS[3:]} == {"tide", "gloo-system"}
    assert of("Namespace").keys() == {"tide", "gloo-system"}


def test_the_default_storage_class_encrypts_with_the_nodes_key():
    (storage,) = of("StorageClass").values()
    assert storage["metadata"]["annotations"] == {
        "storageclass.kubernetes.io/is-default-class": "true"
    }
    assert storage["parameters"]["kmsKeyId"] == OUTPUTS["NodesKeyArn"]
    assert storage["parameters"]["encrypted"] == "true"


def test_each_service_account_that_the_chart_names_is_created():
    assert of("ServiceAccount").keys() == set(NAMED_ACCOUNTS)


def test_every_secret_of_the_chart_is_read_from_the_secret_of_the_same_name():
    secrets = of("ExternalSecret")
    (store,) = of("SecretStore").values()
    assert secrets.keys() == CHART_SECRETS.keys()
    for name, manifest in secrets.items():
        spec = manifest["spec"]
        assert spec["target"]["name"] == name
        assert spec["secretStoreRef"]["name"] == store["metadata"]["name"]
        assert spec["dataFrom"] == [{"extract": {"key": f"/tide/staging/{name}"}}]
        assert spec["refreshInterval"] == "15m"  # as in the runbook and the page of secrets


def test_the_store_is_this_regions_secrets_manager_with_the_operators_role():
    (store,) = of("SecretStore").values()
    aws = {"service": "SecretsManager", "region": "eu-central-1"}
    assert store["spec"] == {"provider": {"aws": aws}}


def test_the_gateways_pods_become_targets():
    (binding,) = of("TargetGroupBinding").values()
    assert binding["spec"]["targetGroupARN"] == OUTPUTS["TargetGroupArn"]
    assert binding["spec"]["targetType"] == "ip"


def test_shared_services_get_their_gateways_targets_and_storage():
    outputs = {"NodesKeyArn": "arn:aws:kms:x", "SharedTargetGroupArn": "arn:shared"}
    by_kind = {m["kind"]: m for m in yaml.safe_load_all(shared_manifests_text(outputs))}
    assert by_kind.keys() == {"Namespace", "StorageClass", "TargetGroupBinding"}
    spec = by_kind["TargetGroupBinding"]["spec"]
    assert spec["targetGroupARN"] == "arn:shared"
    assert spec["serviceRef"] == {"name": "gateway-proxy", "port": 443}
