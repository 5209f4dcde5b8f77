"""Pack the charts and the schemas that the tests use from clones of their repositories.

    python -m tests.chart.packing CLONES WHEEL

CLONES/OWNER+NAME is a clone of github.com/OWNER/NAME; WHEEL is kubernetes-validate from PyPI, which
has Kubernetes' own API description as JSON Schema.

Charts keep what renders, and their licence: no documentation, no custom resource definitions, no
dashboards. Schemas keep types and limits: no descriptions, and of a secret store only AWS.
"""

import gzip
import io
import json
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import yaml

HERE = Path(__file__).parent
CHARTS, SCHEMAS = HERE / "charts", HERE / "schemas"
_LEFT_OUT = (".md", ".gotmpl", ".json", ".helmignore", "Chart.lock", ".go", "test.yaml")
_LEFT_OUT_FOLDERS = {"crds", "ci", "tests", "files", "generate"}


@dataclass(frozen=True, kw_only=True)
class Source:
    """A chart at a commit; `extra` are folders of the repository that its subcharts come from."""

    repository: str
    commit: str
    folder: str
    extra: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.folder.rpartition("/")[2]


GLOO = Source(
    repository="solo-io/gloo",
    commit="8d57572e5513446be6561ae7b7c498e125979ed8",
    folder="install/helm/gloo",
)
SOURCES = (
    Source(
        repository="tidepool-org/development",
        commit="79eba6af21bc08d98105b2f9b85003b9aa414a7d",
        folder="charts/tidepool",
        extra=("charts/keycloak",),
    ),
    Source(
        repository="external-secrets/external-secrets",
        commit="cc5bfbc2234ace9cb0caff4ea89c435cf517b27b",
        folder="deploy/charts/external-secrets",
    ),
    Source(
        repository="aws/eks-charts",
        commit="5239609242f3430be50fb0b714a24d3ef2b47983",
        folder="stable/aws-load-balancer-controller",
    ),
    Source(
        repository="kubernetes/autoscaler",
        commit="55c37cd5eb550756c5ccc5a89e9068d77797e575",
        folder="cluster-autoscaler/charts/cluster-autoscaler",
    ),
    Source(
        repository="stakater/Reloader",
        commit="655a2b3814baadb69d3d1e105242d6cc8875d7cb",
        folder="deployments/kubernetes/chart/reloader",
    ),
    GLOO,
)
#: Definition of a custom resource → its repository and commit.
DEFINITIONS = {
    "config/crd/bases/elbv2.k8s.aws_targetgroupbindings.yaml": (
        "kubernetes-sigs/aws-load-balancer-controller",
        "225f44568848eb25f13e304a5f1cc68c0cd9415d",
    ),
    "config/crds/bases/external-secrets.io_externalsecrets.yaml": (
        SOURCES[1].repository,
        SOURCES[1].commit,
    ),
    "config/crds/bases/external-secrets.io_secretstores.yaml": (
        SOURCES[1].repository,
        SOURCES[1].commit,
    ),
}

#: Built-in kind → its API version and its file in the wheel, of the cluster's Kubernetes version.
BUILTIN = {
    "Namespace": ("v1", "namespace-v1"),
    "ServiceAccount": ("v1", "serviceaccount-v1"),
    "StorageClass": ("storage.k8s.io/v1", "storageclass-storage-v1"),
}
BUILTIN_FOLDER = "kubernetes_validate/kubernetes-json-schema/v1.35.0-local-strict/"
PRESERVE = "x-kubernetes-preserve-unknown-fields"


def read(clones: Path, repository: str, commit: str, *paths: str) -> dict[str, bytes]:
    """Return the files of a commit below these paths."""
    git = ["git", "-C", str(clones / repository.replace("/", "+"))]
    names = _output([*git, "ls-tree", "-r", "--name-only", commit, *paths]).decode().splitlines()
    return {name: _output([*git, "cat-file", "blob", f"{commit}:{name}"]) for name in names}


def _output(command: list[str]) -> bytes:
    return subprocess.run(command, check=True, capture_output=True).stdout


def chart_files(clones: Path, source: Source) -> dict[str, bytes]:
    """Return the files of a chart by their path in its archive."""
    files = read(clones, source.repository, source.commit, source.folder, *source.extra, "LICENSE")
    chart = {f"{source.name}/LICENSE": files.pop("LICENSE")}
    for path, content in files.items():
        folder = next(f for f in (source.folder, *source.extra) if path.startswith(f"{f}/"))
        inner = path.removeprefix(f"{folder}/")
        name = inner if folder == source.folder else f"charts/{folder.split('/')[-1]}/{inner}"
        if is_kept(name):
            chart[f"{source.name}/{name}"] = content
    return chart


def is_kept(name: str) -> bool:
    path = Path(name)
    if name == "values.schema.json":
        return True
    return not name.endswith(_LEFT_OUT) and not _LEFT_OUT_FOLDERS & set(path.parts)


def completed(source: Source, files: dict[str, bytes]) -> dict[str, bytes]:
    """Return the files with what a release adds, and without optional charts from elsewhere."""
    name = f"{source.name}/Chart.yaml"
    if source is GLOO:
        # what generate.go does
        chart = yaml.safe_load(files.pop(f"{source.name}/Chart-template.yaml"))
        values = yaml.safe_load(files.pop(f"{source.name}/values-template.yaml"))
        values["gloo"]["serviceAccount"] = {}
        files[f"{source.name}/values.yaml"] = yaml.safe_dump(values).encode()
        chart["version"] = "1.22.0"
    else:
        chart = yaml.safe_load(files[name])
    dependencies = chart.get("dependencies", ())
    chart["dependencies"] = [d for d in dependencies if d["repository"].startswith("file:")]
    return files | {name: yaml.safe_dump(chart).encode()}


def pack(files: dict[str, bytes], target: Path) -> None:
    """Write a chart's archive, the same bytes for the same files."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in sorted(files.items()):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    target.write_bytes(gzip.compress(buffer.getvalue(), compresslevel=9, mtime=0))


def trimmed(schema: object) -> object:
    """Return a schema without descriptions; an object has no other fields than the named ones.

    kubectl refuses unknown fields too, before it asks the server (`--validate=strict`).
    """
    if isinstance(schema, list):
        return [trimmed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    result = {
        key: {name: trimmed(part) for name, part in value.items()}
        if key == "properties"
        else trimmed(value)
        for key, value in schema.items()
        if key != "description" and not (key.startswith("x-") and key != PRESERVE)
    }
    if "properties" in result and not result.get(PRESERVE):
        result.setdefault("additionalProperties", False)
    return result


def schema_of(text: bytes) -> tuple[str, dict[str, object]]:
    """Return the name and the schemas, by version, of a custom resource."""
    spec = yaml.safe_load(text)["spec"]
    versions = {}
    for version in spec["versions"]:
        if not version["served"]:
            continue
        schema = version["schema"]["openAPIV3Schema"]
        schema["properties"]["metadata"] = {"type": "object", PRESERVE: True}
        provider = schema["properties"].get("spec", {}).get("properties", {}).get("provider")
        if provider:
            provider["properties"] = {"aws": provider["properties"]["aws"]}
        versions[f"{spec['group']}/{version['name']}"] = trimmed(schema)
    return spec["names"]["kind"], versions


def builtin(wheel: zipfile.ZipFile, name: str) -> dict[str, object]:
    """Return the schema of a built-in kind, with its references resolved."""
    definitions = json.loads(wheel.read(f"{BUILTIN_FOLDER}_definitions.json"))["$defs"]
    return trimmed(_resolved(json.loads(wheel.read(f"{BUILTIN_FOLDER}{name}.json")), definitions))


def _resolved(schema: object, definitions: dict[str, object]) -> object:
    if isinstance(schema, list):
        return [_resolved(part, definitions) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _resolved(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    return {key: _resolved(part, definitions) for key, part in schema.items()}


def main(clones: Path, wheel: Path) -> None:
    CHARTS.mkdir(exist_ok=True)
    for source in SOURCES:
        files = completed(source, chart_files(clones, source))
        pack(files, CHARTS / f"{source.name}.tgz")
    for path, (repository, commit) in DEFINITIONS.items():
        (text,) = read(clones, repository, commit, path).values()
        kind, versions = schema_of(text)
        content = {"source": f"github.com/{repository}, {path}", "commit": commit, **versions}
        (SCHEMAS / f"{kind}.json").write_text(json.dumps(content, sort_keys=True) + "\n")
    with zipfile.ZipFile(wheel) as archive:
        for kind, (version, name) in BUILTIN.items():
            content = {"source": f"{wheel.name}, {name}", version: builtin(archive, name)}
            (SCHEMAS / f"{kind}.json").write_text(json.dumps(content, sort_keys=True) + "\n")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
