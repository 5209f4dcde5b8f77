"""What the chart expects to find in the cluster, from an environment's outputs."""

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
FOUND = list(yaml.safe_load_all(manifests_text(OUTPUTS, "eu-central-1")))


def of(kind):
    return {m["metadata"]["name"]: m for m in FOUND if m["kind"] == kind}


def test_the_namespace_comes_before_what_is_in_it():
    assert [m["kind"] for m in FOUND[:3]] == ["Namespace", "Namespace", "StorageClass"]
    assert {m["metadata"]["namespace"] for m in FOUND[3:]} == {"tide", "gloo-system"}
    assert of("Namespace").keys() == {"tide", "gloo-system"}


def test_volumes_of_pods_are_under_our_key_whatever_they_claim():
    (storage,) = of("StorageClass").values()
    assert storage["metadata"]["annotations"] == {
        "storageclass.kubernetes.io/is-default-class": "true"
    }
    assert storage["parameters"]["kmsKeyId"] == OUTPUTS["NodesKeyArn"]
    assert storage["parameters"]["encrypted"] == "true"


def test_the_chart_names_service_accounts_and_makes_none():
    assert of("ServiceAccount").keys() == set(NAMED_ACCOUNTS)


def test_every_secret_of_the_chart_is_filled_from_its_namesake():
    secrets = of("ExternalSecret")
    (store,) = of("SecretStore").values()
    assert secrets.keys() == CHART_SECRETS.keys()
    for name, manifest in secrets.items():
        spec = manifest["spec"]
        assert spec["target"]["name"] == name
        assert spec["secretStoreRef"]["name"] == store["metadata"]["name"]
        assert spec["dataFrom"] == [{"extract": {"key": f"/tide/staging/{name}"}}]
        assert spec["refreshInterval"] == "15m"  # as the runbook and the page of secrets say


def test_the_store_is_this_regions_secrets_manager_by_the_operators_own_role():
    (store,) = of("SecretStore").values()
    aws = {"service": "SecretsManager", "region": "eu-central-1"}
    assert store["spec"] == {"provider": {"aws": aws}}


def test_the_gateways_pods_become_targets():
    (binding,) = of("TargetGroupBinding").values()
    assert binding["spec"]["targetGroupARN"] == OUTPUTS["TargetGroupArn"]
    assert binding["spec"]["targetType"] == "ip"


def test_shared_services_get_their_gateways_targets_and_storage():
    outputs = {"NodesKeyArn": "arn:aws:kms:x", "SharedTargetGroupArn": "arn:shared"}
    found = {m["kind"]: m for m in yaml.safe_load_all(shared_manifests_text(outputs))}
    assert found.keys() == {"Namespace", "StorageClass", "TargetGroupBinding"}
    spec = found["TargetGroupBinding"]["spec"]
    assert spec["targetGroupARN"] == "arn:shared"
    assert spec["serviceRef"] == {"name": "gateway-proxy", "port": 443}
