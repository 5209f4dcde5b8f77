"""Environments are identical to production except for the fields of their files.

Compared for every environment file and root: effective parameters, conditions, resources.
"""

from functools import partial

import pytest

from tests.conftest import ROOT
from tidegen.cli.common import template_folder
from tidegen.cli.session import checked_assets
from tidegen.cli.targets import target_of, values_of
from tidegen.cloudformation.evaluation import EvaluatedTemplate as Evaluation
from tidegen.cloudformation.evaluation import evaluate
from tidegen.cloudformation.text import parse_template
from tidegen.contract import Scope, field_catalogue
from tidegen.environments import json_schema, load_all
from tidegen.planning.model import OutputOf
from tidegen.planning.parameters import effective_parameters
from tidegen.planning.steps import locate, steps_of
from tidegen.planning.templates import load_root

#: Every condition of the templates, and why environments may differ in it: presence or capacity.
CONDITIONS = {
    ("bootstrap", "HasCopy"): "copies go to the recovery region, if any",
    ("audit", "HasArchiveCopy"): "copies go to the recovery region, if any",
    ("audit", "HasArtifactsCopy"): "copies go to the recovery region, if any",
    ("audit", "IsHomeRegion"): "trail and global resources exist once an account",
    ("backup", "HasReplica"): "copies go to the recovery region, if any",
    ("backup", "IsCompliance"): "a lock that nobody can lift is not for rehearsals",
    ("cluster", "HasAdministrator2"): "one to three roles administer the cluster",
    ("cluster", "HasAdministrator3"): "one to three roles administer the cluster",
    **{
        (concern, "IsFirstDeploy"): "true only while a deploy creates the stack, in all of them"
        for concern in ("cluster", "ingress", "metrics", "shared-services")
    },
    ("ingress", "CountsRate"): "rules count until a person has seen what they match",
    ("ingress", "CountsUploads"): "rules count until a person has seen what they match",
    ("email", "HasDedicatedIps"): "dedicated addresses cost by the month",
    ("log-archive", "HasCopy"): "copies go to the recovery region, if any",
    ("log-delivery", "HasDatabase"): "shared services have no database",
    ("log-delivery", "HasFirewall"): "shared services have no ingress",
    ("monitoring", "HasClusterAlarm"): "the same template in scopes with other concerns",
    ("monitoring", "HasDatabase"): "shared services have no database",
    ("monitoring", "HasEmail"): "shared services send no mail to users",
    ("monitoring", "HasIngress"): "shared services have no ingress",
    ("monitoring", "HasLoadBalancer"): "shared services have no ingress",
    ("monitoring", "HasTables"): "shared services have no tables",
    ("monitoring", "HasWorkloads"): "shared services are not in the services' namespace",
    ("network", "HasFullEndpoints"): "endpoints in one zone or three: capacity",
    ("network", "HasSecondNat"): "one to three NAT gateways: capacity",
    ("network", "HasThirdNat"): "one to three NAT gateways: capacity",
    ("replicas", "IsCompliance"): "a lock that nobody can lift is not for rehearsals",
    ("rotation", "HasReplica"): "replicas are in the recovery region, if any",
    ("secrets", "HasAdministrator2"): "one to three roles administer the cluster",
    ("secrets", "HasAdministrator3"): "one to three roles administer the cluster",
    ("secrets", "HasReplica"): "replicas are in the recovery region, if any",
    **{
        (concern, f"Has{topic}Contact{number}"): "one to three people are notified"
        for concern, topics in (
            ("audit", ("Security",)),
            ("notifications", ("Critical", "Security", "Warning")),
        )
        for topic in topics
        for number in (2, 3)
    },
    ("shared-endpoint", "HasShared"): "an environment may use no shared services",
    ("shared-services", "HasUsers"): "an empty list of principals is refused",
    ("storage", "HasReplica"): "replicas are in the recovery region, if any",
}
#: Fields that are computed, and the key of the file that each follows from.
DERIVED = {"private_domain": "name", "source.region": "region", "shared.allowed_accounts": "name"}
FILES = load_all(ROOT)
ASSETS = checked_assets(ROOT / "templates" / "current")
#: The file of each scope that the others are compared with.
PRODUCTION = {
    "environment": "production",
    "shared": "shared-production",
    "account": "account-production",
}
each = pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)


def roots(file, files=FILES):
    """Return scope → root template and effective parameters, other roots' outputs by name."""
    target, values, templates = target_of(file, files), values_of(file, files), {}
    for address in steps_of(target):
        template = load_root(template_folder(ROOT, file.release), address.scope, ASSETS)
        find = partial(locate, target, region=address.place.region)
        parameters = effective_parameters(template, values[address.scope], find, file.release)
        templates[address.scope] = (template, {k: text(v) for k, v in parameters.items()})
    return templates


def text(value):
    return f"{value.address.scope}.{value.output}" if isinstance(value, OutputOf) else value


def bodies(template):
    """Return the root under the empty name, and its children by logical id."""
    return {"": template.body} | {child.logical_id: child.body for child in template.children}


def decisions(file, files=FILES):
    """Return the value of every condition of the file's stacks."""
    decided = {}
    for scope, (template, parameters) in roots(file, files).items():
        root = Evaluation(template=template.body, values=parameters, templates=bodies(template))
        for stack in (root, *(root.nested(name) for name in root.nested_ids())):
            for name in stack.template.get("Conditions", {}):
                decided[scope, stack.path, name] = stack.decided(name)
    return decided


def production_of(file):
    return next(other for other in FILES if other.name == PRODUCTION[file.scope])


@each
def test_the_same_bytes_are_deployed(file):
    mine, production = roots(file), roots(production_of(file))
    assert mine
    for scope in mine.keys() & production.keys():
        assert mine[scope][0].sha256 == production[scope][0].sha256


@each
def test_parameters_differ_only_in_fields_of_the_schema(file):
    keys = json_schema()["$defs"][type(file).__name__]["properties"].keys()
    mine, production = roots(file), roots(production_of(file))
    for scope in mine.keys() & production.keys():
        template, parameters = mine[scope]
        about = template.body["Metadata"]["Tidegen"]
        assert parameters.keys() == production[scope][1].keys()
        for name, value in parameters.items():
            if value == production[scope][1][name] or name in about.get("Roots", {}):
                continue
            field = about["Fields"][name]
            assert scope in field_catalogue()[field].scopes
            assert DERIVED.get(field, field).partition(".")[0] in keys, field


def test_every_condition_is_on_the_list_with_its_reason():
    current = ROOT / "templates" / "current"
    conditions = {
        (path.stem, name)
        for path in current.rglob("*.yaml")
        for name in parse_template(path.read_text()).get("Conditions", {})
    }
    assert conditions == CONDITIONS.keys()


@each
def test_no_condition_depends_on_a_name_a_domain_or_an_account(file):
    names = {other.name: f"renamed-{number}" for number, other in enumerate(FILES)}
    renamed = [_renamed(other, names) for other in FILES]
    (mine,) = (other for other in renamed if other.name == names[file.name])
    assert decisions(mine, renamed) == decisions(file)


def _renamed(file, names):
    update = {"name": names[file.name], "account": f"9{file.account[1:]}"}
    if file.scope != "account":
        update["domain"] = "elsewhere.example"
    if getattr(file, "shared", None):
        update["shared"] = names[file.shared]
    return file.model_copy(update=update)


@each
def test_resources_are_those_of_production_except_for_conditions_on_the_list(file):
    mine, production = roots(file), roots(production_of(file))
    for scope in mine.keys() & production.keys():
        own_types, production_types = (
            {path: item["Type"] for path, item in evaluate(bodies(template), parameters).items()}
            for template, parameters in (mine[scope], production[scope])
        )
        declared = bodies(mine[scope][0])
        for path, _ in own_types.items() ^ production_types.items():
            stack, _, name = path.rpartition("/")
            assert "Condition" in declared[stack]["Resources"][name], path
        always = {
            resource["Type"]
            for body in declared.values()
            for resource in body["Resources"].values()
            if "Condition" not in resource and not resource["Type"].endswith("::Stack")
        }
        assert always <= set(own_types.values()) & set(production_types.values())


def test_a_difference_in_capacity_is_detected():
    """The comparison detects intended differences: fewer gateways, no replica."""
    development, production = decisions(_named("development")), decisions(_named("production"))
    where = {
        name
        for (scope, path, name), value in production.items()
        if (scope, path, name) in development and development[scope, path, name] != value
    }
    assert {"HasThirdNat", "HasSecondNat", "HasReplica", "HasDedicatedIps"} <= where
    assert {"HasIngress", "HasDatabase"} <= {name for _, _, name in production} - where


def _named(name):
    return next(file for file in FILES if file.name == name)


def test_production_has_every_root_of_an_environment():
    assert set(roots(_named("production"))) == {Scope.ACCESS, Scope.RECOVERY, Scope.ENVIRONMENT}
