"""The kubeconfig by which kubectl reaches the private cluster."""

import pytest
import yaml

from tidegen.chart.kubeconfig import kubeconfig_text
from tidegen.errors import InputError

HOST = "0A1B.gr7.eu-central-1.eks.amazonaws.com"
OUTPUTS = {
    "ClusterName": "tide-staging",
    "ClusterEndpoint": f"https://{HOST}",
    "ClusterAuthority": "Q0VSVA==",
}
TEXT = kubeconfig_text(OUTPUTS, "eu-central-1")


def test_the_servers_certificate_is_checked_through_the_tunnel():
    (cluster,) = yaml.safe_load(TEXT)["clusters"]
    assert cluster["cluster"] == {
        "server": "https://localhost:8443",
        "tls-server-name": HOST,
        "certificate-authority-data": "Q0VSVA==",
    }


def test_all_entries_have_the_clusters_name():
    config = yaml.safe_load(TEXT)
    assert config["current-context"] == "tide-staging"
    for kind in ("clusters", "users", "contexts"):
        assert [entry["name"] for entry in config[kind]] == ["tide-staging"]
    arguments = config["users"][0]["user"]["exec"]["args"]
    assert arguments[-3:] == ["tide-staging", "--region", "eu-central-1"]


def test_the_tunnel_and_the_server_have_the_same_port():
    head = [line for line in TEXT.splitlines() if line.startswith("#")]
    assert f"host={HOST},portNumber=443,localPortNumber=8443" in head[-1]


@pytest.mark.parametrize("name", OUTPUTS)
def test_a_missing_output_is_named(name):
    fewer = {key: value for key, value in OUTPUTS.items() if key != name}
    with pytest.raises(InputError, match=f"output {name}: "):
        kubeconfig_text(fewer, "eu-central-1")
