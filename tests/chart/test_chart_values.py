"""Values printed for the chart, compared with the chart's own keys."""

from pathlib import Path

import pytest
import yaml

from tidegen.chart.values import chart_values, helm_values
from tidegen.chart.workloads import BLOB_PREFIXES, NAMED_ACCOUNTS
from tidegen.errors import InputError

KEYS = {
    line
    for line in (Path(__file__).parent / "chart-keys.txt").read_text().splitlines()
    if not line.startswith("#")
}
OUTPUTS = {
    "ApiHost": "api.staging.example.org",
    "AppHost": "app.staging.example.org",
    "AssetsBucketName": "assets",
    "MailFromAddress": "noreply@mail.staging.example.org",
    "UploadsBucketName": "uploads",
    "WorkloadNamespace": "tide",
}
VALUES = chart_values(OUTPUTS, "eu-central-1")


def test_every_key_exists_in_the_chart():
    assert len(KEYS) > 400
    assert set(VALUES) <= KEYS


@pytest.mark.parametrize("end", ["mongo.secretName", "kafka.secretName", "serviceAccount.name"])
def test_every_service_with_such_a_key_gets_a_value(end):
    """All but jellyfish, whose account needs no AWS permissions."""
    keys = {key for key in KEYS if key.endswith(f".{end}") and not key.startswith("jellyfish.s")}
    assert keys == {key for key in VALUES if key.endswith(f".{end}")}


def test_the_gateway_accepts_both_hosts_and_health_checks():
    """Health checks use a pod's address as host; the load balancer forwards no other host."""
    hosts = VALUES["glooingress.virtualServices.http.dnsNames"]
    assert hosts == [OUTPUTS["ApiHost"], OUTPUTS["AppHost"], "*"]


def test_the_chart_creates_no_secret():
    keys = {key for key in KEYS if key.endswith("secret.enabled")}
    exceptions = {
        "highwater.kissmetrics.secret.enabled",
        "kafka.secret.enabled",
        "registry.secret.enabled",
    }
    assert {key for key in keys if VALUES.get(key, True)} <= exceptions
    assert not any(".data_." in key for key in VALUES)


def test_no_resource_of_the_service_mesh_is_created():
    assert VALUES["global.linkerdsupport.enabled"] is False


@pytest.mark.parametrize("store", ["store", "blobs.store", "logs.store"])
def test_blob_stores_objects_in_the_uploads_bucket(store):
    key = f"blob.deployment.env.{store}"
    prefix = BLOB_PREFIXES[store.partition(".")[0]]
    store_values = [VALUES[f"{key}.{end}"] for end in ("type", "s3.bucket", "s3.prefix")]
    assert store_values == ["s3", "uploads", prefix]


def test_the_file_is_a_tree_of_values_in_yaml():
    text = helm_values(OUTPUTS, "eu-central-1")
    tree = yaml.safe_load(text)
    assert "namespace tide" in text.splitlines()[1]
    assert tree["global"]["region"] == "eu-central-1"
    gateway = tree["global"]["gateway"]["default"]
    assert gateway["domain"] == "staging.example.org"
    assert (gateway["protocol"], gateway["apiHost"]) == ("https", OUTPUTS["ApiHost"])
    assert tree["mailer"]["deployment"]["env"]["fromAddress"] == OUTPUTS["MailFromAddress"]
    sender = tree["hydrophone"]["deployment"]["env"]["fromAddress"]
    assert sender == "Tidepool <noreply@mail.staging.example.org>"
    assert {tree[name]["serviceAccount"]["name"] for name in NAMED_ACCOUNTS} == set(NAMED_ACCOUNTS)


@pytest.mark.parametrize("name", OUTPUTS)
def test_a_missing_output_is_named(name):
    fewer = {key: value for key, value in OUTPUTS.items() if key != name}
    with pytest.raises(InputError, match=f"output {name}: .*deploy it"):
        helm_values(fewer, "eu-central-1")
