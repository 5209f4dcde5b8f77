"""The runbook's commands that install operators, with their real charts and real helm."""

import functools

import pytest
import yaml

from tests.chart.binaries import WHEELS, binaries, load
from tests.chart.packing import CHARTS
from tests.chart.pages import RUNBOOK, VARIABLES, helm_commands
from tests.conftest import ROOT
from tidegen.chart.manifests import manifests
from tidegen.chart.workloads import EXTERNAL_SECRETS

CURRENT = ROOT / "templates" / "current"
CLUSTER = VARIABLES["ENVIRONMENT_CLUSTER_NAME"]
COMMANDS = {c[2]: c for c in helm_commands(RUNBOOK) if c[:2] == ["upgrade", "--install"]}
OPERATORS = COMMANDS.keys() - {"tidepool"}
#: Options of `helm upgrade` that choose the chart, which the tests have as a file, or the cluster.
_WITHOUT_VALUE, _WITH_VALUE = {"--create-namespace"}, {"--repo"}


@pytest.fixture(params=WHEELS, scope="module")
def installed(request, tmp_path_factory):
    """Every operator's resources: operator → (kind, name) → resource."""
    tools = binaries(request.param, tmp_path_factory.mktemp(f"helm{request.param}"))
    return {name: _render(tools, COMMANDS[name]) for name in OPERATORS}


def _render(tools, command):
    _, _, release, chart, *options = command
    output = tools.output(
        "helm", "template", release, CHARTS / f"{chart}.tgz", *_for_template(options)
    )
    return {(d["kind"], d["metadata"]["name"]): d for d in load(output)}


def _for_template(options):
    rest = iter(options)
    for option in rest:
        if option in _WITH_VALUE:
            next(rest)
        elif option not in _WITHOUT_VALUE:
            yield option


def _namespace(name):
    return COMMANDS[name][COMMANDS[name].index("--namespace") + 1]


def _pod(resources, name):
    return resources["Deployment", name]["spec"]["template"]["spec"]


def _container(resources, name):
    (container,) = _pod(resources, name)["containers"]
    return container


def test_the_page_installs_each_operator_whose_chart_is_here():
    assert {f"{name}.tgz" for name in COMMANDS} == {path.name for path in CHARTS.glob("*.tgz")}


@pytest.mark.parametrize(
    "name", ["external-secrets", "aws-load-balancer-controller", "cluster-autoscaler"]
)
def test_the_service_accounts_are_those_of_the_templates(installed, name):
    """Pod Identity gives a role to a pair of namespace and service account."""
    resources = installed[name]
    deployments = [n for kind, n in resources if kind == "Deployment"]
    accounts = {_pod(resources, n).get("serviceAccountName") for n in deployments}
    assert name in accounts
    assert ("ServiceAccount", name) in resources
    assert (_namespace(name), name) in _associations()


KIND = "AWS::EKS::PodIdentityAssociation"


class _Template(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """Reads templates, functions as None."""


_Template.add_multi_constructor("!", lambda *_: None)


@functools.cache
def _associations():
    """Return the pairs of namespace and service account to which the templates give a role."""
    texts = [path.read_text() for path in CURRENT.glob("*.yaml")]
    templates = [yaml.load(t, _Template) for t in texts if KIND in t]  # noqa: S506
    resources = [r for template in templates for r in template["Resources"].values()]
    pairs = (r["Properties"] for r in resources if r["Type"] == KIND)
    return {(pair["Namespace"], pair["ServiceAccount"]) for pair in pairs}


def test_external_secrets_knows_the_region(installed):
    container = _container(installed["external-secrets"], EXTERNAL_SECRETS)
    assert {"name": "AWS_REGION", "value": "us-west-2"} in container["env"]


def test_the_load_balancer_controller_asks_no_metadata_service_and_manages_no_firewall(installed):
    name = "aws-load-balancer-controller"
    arguments = set(_container(installed[name], name)["args"])
    assert arguments >= {
        f"--cluster-name={CLUSTER}",
        f"--aws-vpc-id={VARIABLES['ENVIRONMENT_VPC_ID']}",
        "--aws-region=us-west-2",
        "--enable-shield=false",
        "--enable-waf=false",
        "--enable-wafv2=false",
    }


def test_the_autoscaler_finds_the_groups_by_the_tag_that_eks_sets(installed):
    ((_, name),) = (key for key in installed["cluster-autoscaler"] if key[0] == "Deployment")
    container = _container(installed["cluster-autoscaler"], name)
    group = f"--node-group-auto-discovery=asg:tag=eks:cluster-name={CLUSTER}"
    assert group in container["command"]
    assert {"name": "AWS_REGION", "value": "us-west-2"} in container["env"]


def test_reloader_runs(installed):
    assert [kind for kind, _ in installed["reloader"]].count("Deployment") == 1


def test_the_gateway_keeps_two_of_three_pods_with_probes(installed):
    gloo = installed["gloo"]
    assert gloo["Deployment", "gateway-proxy"]["spec"]["replicas"] == 3
    assert gloo["PodDisruptionBudget", "gateway-proxy-pdb"]["spec"]["minAvailable"] == 2
    container = _container(gloo, "gateway-proxy")
    assert "readinessProbe" in container
    assert "healthcheck/fail" in str(container["lifecycle"]["preStop"])
    (term,) = _pod(gloo, "gateway-proxy")["affinity"]["podAntiAffinity"][
        "preferredDuringSchedulingIgnoredDuringExecution"
    ]
    assert term["podAffinityTerm"]["topologyKey"] == "kubernetes.io/hostname"


def test_the_gateways_service_is_the_one_whose_pods_become_targets(installed):
    outputs = dict.fromkeys(
        ("WorkloadNamespace", "SecretsPath", "NodesKeyArn", "TargetGroupArn"), "tide"
    )
    (binding,) = (m for m in manifests(outputs, "us-west-2") if m["kind"] == "TargetGroupBinding")
    reference = binding["spec"]["serviceRef"]
    service = installed["gloo"]["Service", reference["name"]]
    assert binding["metadata"]["namespace"] == _namespace("gloo")
    assert service["spec"]["type"] == "ClusterIP"
    assert reference["port"] in {port["port"] for port in service["spec"]["ports"]}


def test_gloo_watches_the_charts_namespace(installed):
    settings = installed["gloo"]["Settings", "default"]["spec"]
    assert settings["watchNamespaces"] == ["gloo-system", "tide"]
