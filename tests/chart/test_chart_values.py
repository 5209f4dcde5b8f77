"""What tidegen prints for the chart, held against the chart's own keys."""

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
def test_every_service_that_asks_is_told(end):
    """All but jellyfish, whose account needs nothing of AWS."""
    asked = {key for key in KEYS if key.endswith(f".{end}") and not key.startswith("jellyfish.s")}
    assert asked == {key for key in VALUES if key.endswith(f".{end}")}


def test_the_gateway_answers_for_the_hosts_and_to_health_checks():
    """The load balancer's checks name a pod's address as host; it passes on no other."""
    hosts = VALUES["glooingress.virtualServices.http.dnsNames"]
    assert hosts == [OUTPUTS["ApiHost"], OUTPUTS["AppHost"], "*"]


def test_the_chart_makes_no_secret_of_its_own():
    made = {key for key in KEYS if key.endswith("secret.enabled")}
    apart = {"highwater.kissmetrics.secret.enabled", "kafka.secret.enabled"}
    assert {key for key in made if VALUES.get(key, True)} <= {*apart, "registry.secret.enabled"}
    assert not any(".data_." in key for key in VALUES)


def test_nothing_is_of_a_kind_that_nobody_installs():
    assert VALUES["global.linkerdsupport.enabled"] is False


@pytest.mark.parametrize("store", ["store", "blobs.store", "logs.store"])
def test_blob_stores_objects_in_the_uploads_bucket(store):
    key = f"blob.deployment.env.{store}"
    prefix = BLOB_PREFIXES[store.partition(".")[0]]
    found = [VALUES[f"{key}.{end}"] for end in ("type", "s3.bucket", "s3.prefix")]
    assert found == ["s3", "uploads", prefix]


def test_the_file_is_yaml_that_helm_reads_as_a_tree():
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
def test_an_output_that_is_missing_is_named(name):
    fewer = {key: value for key, value in OUTPUTS.items() if key != name}
    with pytest.raises(InputError, match=f"output {name}: .*deploy it"):
        helm_values(fewer, "eu-central-1")
