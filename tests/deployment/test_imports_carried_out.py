"""Imports planned and carried out, on the double."""

import json
from dataclasses import replace

import pytest
from double import Double
from tiny_project import RETAINED, VALUES, entry, network

from tidegen.cloudformation.stateful import protected_ids
from tidegen.deployment.events import Result
from tidegen.deployment.executor import execute
from tidegen.deployment.imports.moving import carry_moves, planned_moves
from tidegen.deployment.imports.run import execute_import
from tidegen.deployment.reading.imports import import_plan, roots_first
from tidegen.deployment.reading.planner import build_plan
from tidegen.errors import DeploymentError, InputError, RefusedError

TABLE = "AWS::DynamoDB::Table"


def nothing(seconds):
    pass


def extended():
    """The network with a second table, which exists already."""
    wanted = network()
    wanted["Resources"]["Kept"] = {
        "Type": TABLE,
        **RETAINED,
        "Properties": {**wanted["Resources"]["Table"]["Properties"], "TableName": "kept"},
    }
    return wanted


class Importer:
    def __init__(self, project, target, number):
        self.project, self.target = project, target
        self.cloud = Double(number, outputs={"ArtifactsBucketName": "artifacts"})
        self.cloud.outputs["ExecutionRoleArn"] = "arn:aws:iam::1:role/execution"
        self.previews = []

    def plan(self, target=None):
        release = self.project.release
        return build_plan(target or self.target, VALUES, release, self.cloud)

    def deploy(self, target=None):
        self.previews = []

        def approve(shown):
            self.previews.append(shown)
            return True

        return execute(self.plan(target), self.cloud, approve=approve, pause=nothing)

    def planned(self, **requested):
        return import_plan(self.plan(), requested, self.cloud)

    def imported(self, requested):
        plan = self.plan()
        found = import_plan(plan, requested, self.cloud)
        return execute_import(plan, found, self.cloud, pause=nothing)

    @property
    def nested(self):
        found = self.cloud.resources("tide-development")
        return {r.logical_id: r.physical_id for r in found}


@pytest.fixture
def standing(project, account, development, number):
    """An environment that stands, and a wanted table that somebody made by hand."""
    importer = Importer(project, development, number)
    importer.deploy(account)
    importer.deploy()
    project.nested("environment", {"Network": extended(), "Entry": entry()})
    importer.cloud.present[TABLE, "kept"] = {"TableName": "kept", "BillingMode": "PROVISIONED"}
    importer.cloud.calls.clear()
    return importer


WISH = {"Network/Kept": "kept"}


def test_the_plan_says_what_the_template_wants_beside_what_exists(standing):
    (item,) = import_plan(standing.plan(), WISH, standing.cloud).imports
    assert (item.nested, item.stack_id) == ("Network", standing.nested["Network"])
    (adoption,) = item.adoptions
    assert adoption.imported.identifier == {"TableName": "kept"}
    wanted = {d.name: (d.before, d.after) for d in adoption.differences}
    assert wanted["BillingMode"] == ("PROVISIONED", "PAY_PER_REQUEST")
    assert standing.cloud.calls.count("create_import Network") == 0


def test_the_nested_stack_takes_it_in_and_the_root_stays(standing):
    root = standing.cloud.stacks["tide-development"]
    template = standing.cloud.template("tide-development")
    (outcome,) = standing.imported(WISH)
    assert outcome.result is Result.IMPORTED
    assert standing.cloud.stacks["tide-development"] == root
    assert standing.cloud.template("tide-development") == template
    held = {
        r.logical_id: r.physical_id for r in standing.cloud.resources(standing.nested["Network"])
    }
    assert held["Kept"] == "kept"


def test_what_is_imported_is_kept_in_place_beside_the_rest(standing):
    standing.imported(WISH)
    policy = standing.cloud.policies[standing.nested["Network"]]
    assert protected_ids(policy) == {"Kept", "Table"}


def test_the_deploy_afterwards_changes_what_is_otherwise_and_nothing_else(standing):
    standing.imported(WISH)
    held = json.loads(standing.cloud.template(standing.nested["Network"]))["Resources"]["Kept"]
    assert held["Properties"]["BillingMode"] == "PROVISIONED"
    standing.deploy()
    (change,) = standing.previews[-1].changes
    assert (change.path, change.action) == ("Network/Kept", "modify")
    assert change.properties == ("AttributeDefinitions", "BillingMode")
    held = json.loads(standing.cloud.template(standing.nested["Network"]))["Resources"]["Kept"]
    assert held["Properties"]["BillingMode"] == "PAY_PER_REQUEST"
    assert standing.deploy()[-1].result is Result.UNCHANGED


def test_the_deploy_afterwards_changes_nothing_in_what_is_as_wanted(standing):
    properties = extended()["Resources"]["Kept"]["Properties"]
    standing.cloud.present[TABLE, "kept"] = {**properties, "DeletionProtectionEnabled": False}
    standing.imported(WISH)
    standing.deploy()
    assert standing.previews[-1].changes == ()
    assert standing.deploy()[-1].result is Result.UNCHANGED


def test_what_is_otherwise_and_cannot_be_changed_is_not_imported(standing, project):
    wanted = extended()
    wanted["Resources"]["Kept"] = {
        "Type": "AWS::EC2::Volume",
        **RETAINED,
        "Properties": {"AvailabilityZone": "eu-central-1a"},
    }
    project.nested("environment", {"Network": wanted, "Entry": entry()})
    standing.cloud.present["AWS::EC2::Volume", "vol-1"] = {"AvailabilityZone": "eu-central-1b"}
    with pytest.raises(RefusedError, match=r"AvailabilityZone is .*1b.*cannot be changed"):
        standing.planned(**{"Network/Kept": "vol-1"})


def test_run_again_it_is_a_member_already(standing):
    standing.imported(WISH)
    (item,) = standing.planned(**WISH).imports
    assert item.members == ("Network/Kept",)
    assert standing.imported(WISH)[0].result is Result.UNCHANGED


def test_protection_that_an_interruption_left_undone_is_completed(standing):
    standing.imported(WISH)
    del standing.cloud.policies[standing.nested["Network"]]
    standing.imported(WISH)
    assert "Kept" in protected_ids(standing.cloud.policies[standing.nested["Network"]])


def test_a_member_is_not_exchanged_for_another(standing):
    with pytest.raises(RefusedError, match="the stack has another one there, t-blue"):
        standing.planned(**{"Network/Table": "other"})


@pytest.mark.parametrize(
    ("path", "words"),
    [("Network/Nothing", "no template has"), ("Nothing/Kept", "no template has")],
)
def test_a_path_that_no_template_has_is_told(standing, path, words):
    with pytest.raises(InputError, match=words):
        standing.planned(**{path: "kept"})


def test_what_is_not_there_fails_and_leaves_nothing_behind(standing):
    del standing.cloud.present[TABLE, "kept"]
    with pytest.raises(DeploymentError, match="was not found"):
        standing.imported(WISH)
    assert standing.cloud.calls[-1] == "delete_change_set"
    assert "Kept" not in standing.cloud.template(standing.nested["Network"])


def test_a_stack_at_work_takes_nothing_in(standing):
    standing.cloud.outcomes["tide-development"] = ["UPDATE_IN_PROGRESS"]
    with pytest.raises(RefusedError, match="UPDATE_IN_PROGRESS"):
        standing.planned(**WISH)


def test_a_nested_stack_that_is_not_there_is_made_empty_first(standing, project):
    children = {"Network": network(), "Entry": entry(), "Archive": extended()}
    project.nested("environment", children)
    standing.imported({"Archive/Kept": "kept"})
    body = json.loads(standing.cloud.template(standing.nested["Archive"]))
    assert body["Resources"].keys() == {"ImportShell", "Kept"}
    before = json.loads(standing.cloud.template("tide-development"))
    assert before["Outputs"].keys() == {"Release", "Digest", "Topic"}


def test_a_root_that_is_not_there_is_made_with_it(project, account, development, number):
    importer = Importer(project, account, number)
    project.nested("account", {"Network": extended()})
    importer.cloud.present[TABLE, "kept"] = extended()["Resources"]["Kept"]["Properties"]
    plan = importer.plan()
    (item,) = importer.planned(**WISH).imports
    first = [step.address.name for step in roots_first(plan, item.address)]
    assert first == ["tide-identity", "tide-bootstrap"]
    part = replace(plan, steps=plan.steps[:2])
    execute(part, importer.cloud, approve=lambda _: True, pause=nothing)
    importer.imported(WISH)
    root = importer.cloud.stacks["tide-account"]
    assert root.status == "CREATE_COMPLETE"
    assert root.protected
    importer.deploy()
    actions = {c.path: str(c.action) for c in importer.previews[-1].changes}
    assert actions["Network/ImportShell"] == "remove"
    assert actions["Network/Table"] == "add"
    assert "Network/Kept" not in actions


def test_a_direct_root_is_made_by_the_import_itself(project, account, number):
    importer = Importer(project, account, number)
    provider = {
        "Type": "AWS::IAM::OIDCProvider",
        "Properties": {"Url": "https://token.example", "ClientIdList": ["sts.amazonaws.com"]},
    }
    there = dict(provider["Properties"])
    project.direct("identity", {"Provider": provider}, {"Arn": {"Value": {"Ref": "Provider"}}})
    arn = "arn:aws:iam::1:oidc-provider/token.example"
    importer.cloud.present["AWS::IAM::OIDCProvider", arn] = there
    importer.imported({"Provider": arn})
    assert importer.cloud.stacks["tide-identity"].status == "IMPORT_COMPLETE"
    importer.deploy()
    identity = [p for p in importer.previews if p.step.stack_name == "tide-identity"]
    (change,) = identity[0].changes
    assert change.path == "Provider"
    assert [detail.name for detail in change.details] == ["DeletionPolicy"]


def test_a_failed_import_does_not_delete_a_stack_that_another_run_creates(project, account, number):
    importer = Importer(project, account, number)
    provider = {"Type": "AWS::IAM::OIDCProvider", "Properties": {"Url": "https://token.example"}}
    project.direct("identity", {"Provider": provider}, {"Arn": {"Value": {"Ref": "Provider"}}})
    create_import = importer.cloud.create_import

    def overtaken(request):
        change_set_id = create_import(request)
        review = importer.cloud.stacks["tide-identity"]
        importer.cloud.stacks["tide-identity"] = replace(review, status="CREATE_IN_PROGRESS")
        return change_set_id

    importer.cloud.create_import = overtaken
    with pytest.raises(DeploymentError, match="was not found"):
        importer.imported({"Provider": "arn:aws:iam::1:oidc-provider/token.example"})
    assert importer.cloud.stacks["tide-identity"].status == "CREATE_IN_PROGRESS"
    assert "delete_stack" not in importer.cloud.calls


def archived():
    """The network's table in a nested stack of its own, under another logical id."""
    rest, archive = network(), network()
    archive["Resources"] = {
        "Kept": rest["Resources"].pop("Table"),
        "Note": rest["Resources"]["Topic"],
    }
    archive["Outputs"] = {}
    return {"Network": rest, "Entry": entry(), "Archive": archive}


@pytest.fixture
def moving(standing, project):
    """An environment whose templates have the table elsewhere."""
    project.nested("environment", archived())
    return standing


def move(importer, *asked):
    plan = importer.plan()
    moves = planned_moves(plan, asked, importer.cloud)
    return carry_moves(plan, moves, importer.cloud, pause=nothing)


def test_a_deploy_does_not_make_it_a_second_time(moving):
    with pytest.raises(
        RefusedError, match=r"Archive/Kept: .*moves from Network/Table.*--move Kept"
    ):
        moving.deploy()


def test_a_move_carries_it_over_and_the_deploy_leaves_it_alone(moving):
    network_id = moving.nested["Network"]
    move(moving, "Kept")
    assert "Table" not in moving.cloud.template(network_id)
    held = {r.logical_id: r.physical_id for r in moving.cloud.resources(moving.nested["Archive"])}
    assert held["Kept"] == "t-blue"
    moving.deploy()
    paths = {change.path for change in moving.previews[-1].changes}
    assert "Archive/Kept" not in paths
    assert "Network/Table" not in paths
    assert protected_ids(moving.cloud.policies[moving.nested["Archive"]]) == {"Kept"}
    assert moving.deploy()[-1].result is Result.UNCHANGED


def test_what_a_move_changes_besides_is_changed_by_the_deploy(moving, project):
    children = archived()
    children["Archive"]["Resources"]["Kept"]["Properties"]["BillingMode"] = "PROVISIONED"
    project.nested("environment", children)
    there = archived()["Archive"]["Resources"]["Kept"]["Properties"]
    moving.cloud.present[TABLE, "t-blue"] = there
    move(moving, "Kept")
    moving.deploy()
    found = {change.path: change for change in moving.previews[-1].changes}
    assert found["Archive/Kept"].properties == ("BillingMode",)


def test_a_move_goes_on_where_something_cannot_be_changed(moving):
    there = archived()["Archive"]["Resources"]["Kept"]["Properties"]
    moving.cloud.present[TABLE, "t-blue"] = {**there, "TableName": "otherwise"}
    move(moving, "Kept")
    held = json.loads(moving.cloud.template(moving.nested["Archive"]))["Resources"]["Kept"]
    assert held["Properties"]["TableName"] == "t-blue"


def test_only_what_leaves_may_be_deleted_and_only_meanwhile(moving):
    seen = []
    execute_change_set = moving.cloud.execute_change_set

    def watched(change_set_id):
        seen.append(protected_ids(moving.cloud.policies[moving.nested["Network"]]))
        execute_change_set(change_set_id)

    moving.cloud.execute_change_set = watched
    move(moving, "Kept")
    assert seen[0] == set()
    assert "Kept" in protected_ids(moving.cloud.policies[moving.nested["Archive"]])


def test_a_move_that_was_begun_is_not_deployed_over(moving):
    """The old stack has let go of it, and nothing holds it: another deploy would make it anew."""

    class Ended(Exception):  # noqa: N818 - the process that ends
        pass

    def ended(request):
        raise Ended

    create_import = moving.cloud.create_import
    moving.cloud.create_import = ended
    with pytest.raises(Ended):
        move(moving, "Kept")
    with pytest.raises(RefusedError, match=r"Archive/Kept: was on its way here \(t-blue\)"):
        moving.deploy()
    moving.cloud.create_import = create_import
    move(moving, "Kept")
    moving.deploy()
    assert moving.deploy()[-1].result is Result.UNCHANGED


def test_what_stands_where_it_is_to_stand_is_left_alone(moving):
    move(moving, "Kept")
    moving.deploy()
    moving.cloud.calls.clear()
    assert move(moving, "Kept") == ()
    assert not [call for call in moving.cloud.calls if "create" in call or "execute" in call]


def test_what_does_not_move_is_told(moving):
    with pytest.raises(InputError, match="Nothing: is no resource that moves"):
        move(moving, "Nothing")
