"""Imports and moves planned and executed, on the double."""

import json
from dataclasses import replace

import pytest
from double import Double
from tiny_project import RETAINED, VALUES, entry, network

from tidegen.cloudformation.stateful import protected_ids
from tidegen.deployment.events import Result
from tidegen.deployment.executor import execute
from tidegen.deployment.imports.moving import execute_moves, planned_moves
from tidegen.deployment.imports.replacing import release_replaced
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
        imports = import_plan(plan, requested, self.cloud)
        return execute_import(plan, imports, self.cloud, pause=nothing)

    @property
    def nested(self):
        resources = self.cloud.resources("tide-development")
        return {r.logical_id: r.physical_id for r in resources}


@pytest.fixture
def deployed(project, account, development, number):
    """A deployed environment, and a wanted table that was created by hand."""
    importer = Importer(project, development, number)
    importer.deploy(account)
    importer.deploy()
    project.nested("environment", {"Network": extended(), "Entry": entry()})
    importer.cloud.present[TABLE, "kept"] = {"TableName": "kept", "BillingMode": "PROVISIONED"}
    importer.cloud.calls.clear()
    return importer


WISH = {"Network/Kept": "kept"}


def test_the_plan_shows_wanted_values_next_to_existing_ones(deployed):
    (item,) = import_plan(deployed.plan(), WISH, deployed.cloud).imports
    assert (item.nested, item.stack_id) == ("Network", deployed.nested["Network"])
    (adoption,) = item.adoptions
    assert adoption.imported.identifier == {"TableName": "kept"}
    wanted = {d.name: (d.before, d.after) for d in adoption.differences}
    assert wanted["BillingMode"] == ("PROVISIONED", "PAY_PER_REQUEST")
    assert deployed.cloud.calls.count("create_import Network") == 0


def test_the_nested_stack_imports_and_the_root_does_not_change(deployed):
    root = deployed.cloud.stacks["tide-development"]
    template = deployed.cloud.template("tide-development")
    (outcome,) = deployed.imported(WISH)
    assert outcome.result is Result.IMPORTED
    assert deployed.cloud.stacks["tide-development"] == root
    assert deployed.cloud.template("tide-development") == template
    held = {
        r.logical_id: r.physical_id for r in deployed.cloud.resources(deployed.nested["Network"])
    }
    assert held["Kept"] == "kept"


def test_an_imported_resource_is_added_to_the_stack_policy(deployed):
    deployed.imported(WISH)
    policy = deployed.cloud.policies[deployed.nested["Network"]]
    assert protected_ids(policy) == {"Kept", "Table"}


def test_the_next_deploy_changes_only_the_differences(deployed):
    deployed.imported(WISH)
    held = json.loads(deployed.cloud.template(deployed.nested["Network"]))["Resources"]["Kept"]
    assert held["Properties"]["BillingMode"] == "PROVISIONED"
    deployed.deploy()
    (change,) = deployed.previews[-1].changes
    assert (change.path, change.action) == ("Network/Kept", "modify")
    assert change.properties == ("AttributeDefinitions", "BillingMode")
    held = json.loads(deployed.cloud.template(deployed.nested["Network"]))["Resources"]["Kept"]
    assert held["Properties"]["BillingMode"] == "PAY_PER_REQUEST"
    assert deployed.deploy()[-1].result is Result.UNCHANGED


def test_the_next_deploy_does_not_change_a_resource_without_differences(deployed):
    properties = extended()["Resources"]["Kept"]["Properties"]
    deployed.cloud.present[TABLE, "kept"] = {**properties, "DeletionProtectionEnabled": False}
    deployed.imported(WISH)
    deployed.deploy()
    assert deployed.previews[-1].changes == ()
    assert deployed.deploy()[-1].result is Result.UNCHANGED


def test_a_resource_with_an_unchangeable_difference_is_not_imported(deployed, project):
    wanted = extended()
    wanted["Resources"]["Kept"] = {
        "Type": "AWS::EC2::Volume",
        **RETAINED,
        "Properties": {"AvailabilityZone": "eu-central-1a"},
    }
    project.nested("environment", {"Network": wanted, "Entry": entry()})
    deployed.cloud.present["AWS::EC2::Volume", "vol-1"] = {"AvailabilityZone": "eu-central-1b"}
    with pytest.raises(RefusedError, match=r"AvailabilityZone is .*1b.*cannot be changed"):
        deployed.planned(**{"Network/Kept": "vol-1"})


def test_a_second_import_changes_nothing(deployed):
    deployed.imported(WISH)
    (item,) = deployed.planned(**WISH).imports
    assert item.members == ("Network/Kept",)
    assert deployed.imported(WISH)[0].result is Result.UNCHANGED


def test_protection_is_completed_after_an_interruption(deployed):
    deployed.imported(WISH)
    del deployed.cloud.policies[deployed.nested["Network"]]
    deployed.imported(WISH)
    assert "Kept" in protected_ids(deployed.cloud.policies[deployed.nested["Network"]])


def test_a_member_is_not_replaced_by_another_resource(deployed):
    with pytest.raises(RefusedError, match="the stack has another resource at this path, t-blue"):
        deployed.planned(**{"Network/Table": "other"})


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("Network/Nothing", "no template has such a resource; Network has "),
        ("Nothing/Kept", r"no template has such a resource; the nested stacks are .*Network"),
        ("Netwrk/Kept", r"no template has such a resource; did you mean Network/Kept\?"),
    ],
)
def test_a_path_that_no_template_has_is_refused(deployed, path, words):
    with pytest.raises(InputError, match=words):
        deployed.planned(**{path: "kept"})


def test_importing_a_missing_resource_fails_and_leaves_nothing_behind(deployed):
    del deployed.cloud.present[TABLE, "kept"]
    with pytest.raises(DeploymentError, match="was not found"):
        deployed.imported(WISH)
    assert deployed.cloud.calls[-1] == "delete_change_set"
    assert "Kept" not in deployed.cloud.template(deployed.nested["Network"])


def test_a_stack_in_progress_accepts_no_import(deployed):
    deployed.cloud.outcomes["tide-development"] = ["UPDATE_IN_PROGRESS"]
    with pytest.raises(RefusedError, match="UPDATE_IN_PROGRESS"):
        deployed.planned(**WISH)


def test_a_missing_nested_stack_is_created_empty_first(deployed, project):
    children = {"Network": network(), "Entry": entry(), "Archive": extended()}
    project.nested("environment", children)
    deployed.imported({"Archive/Kept": "kept"})
    body = json.loads(deployed.cloud.template(deployed.nested["Archive"]))
    assert body["Resources"].keys() == {"ImportShell", "Kept"}
    before = json.loads(deployed.cloud.template("tide-development"))
    assert before["Outputs"].keys() == {"Release", "Digest", "Topic"}


def test_a_missing_root_is_created_with_the_nested_stack(project, account, development, number):
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


def test_a_missing_direct_root_is_created_by_the_import(project, account, number):
    importer = Importer(project, account, number)
    provider = {
        "Type": "AWS::IAM::OIDCProvider",
        "Properties": {"Url": "https://token.example", "ClientIdList": ["sts.amazonaws.com"]},
    }
    properties = dict(provider["Properties"])
    project.direct("identity", {"Provider": provider}, {"Arn": {"Value": {"Ref": "Provider"}}})
    arn = "arn:aws:iam::1:oidc-provider/token.example"
    importer.cloud.present["AWS::IAM::OIDCProvider", arn] = properties
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
    """The network's table in a separate nested stack, under another logical id."""
    rest, archive = network(), network()
    archive["Resources"] = {
        "Kept": rest["Resources"].pop("Table"),
        "Note": rest["Resources"]["Topic"],
    }
    archive["Outputs"] = {}
    return {"Network": rest, "Entry": entry(), "Archive": archive}


@pytest.fixture
def moving(deployed, project):
    """An environment whose templates have the table in another nested stack."""
    project.nested("environment", archived())
    return deployed


def move(importer, *asked):
    plan = importer.plan()
    moves = planned_moves(plan, asked, importer.cloud)
    return execute_moves(plan, moves, importer.cloud, pause=nothing)


def test_a_deploy_does_not_create_a_moved_resource_again(moving):
    with pytest.raises(
        RefusedError, match=r"Archive/Kept: .*moves from Network/Table.*--move Kept"
    ):
        moving.deploy()


def test_a_move_keeps_the_resource_and_the_deploy_does_not_change_it(moving):
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


def test_other_changes_of_a_moved_resource_are_made_by_the_deploy(moving, project):
    children = archived()
    children["Archive"]["Resources"]["Kept"]["Properties"]["BillingMode"] = "PROVISIONED"
    project.nested("environment", children)
    properties = archived()["Archive"]["Resources"]["Kept"]["Properties"]
    moving.cloud.present[TABLE, "t-blue"] = properties
    move(moving, "Kept")
    moving.deploy()
    changes = {change.path: change for change in moving.previews[-1].changes}
    assert changes["Archive/Kept"].properties == ("BillingMode",)


def test_a_move_ignores_unchangeable_differences(moving):
    properties = archived()["Archive"]["Resources"]["Kept"]["Properties"]
    moving.cloud.present[TABLE, "t-blue"] = {**properties, "TableName": "otherwise"}
    move(moving, "Kept")
    held = json.loads(moving.cloud.template(moving.nested["Archive"]))["Resources"]["Kept"]
    assert held["Properties"]["TableName"] == "t-blue"


def test_only_leaving_resources_may_be_deleted_and_only_during_the_move(moving):
    seen = []
    execute_change_set = moving.cloud.execute_change_set

    def watched(change_set_id, **options):
        seen.append(protected_ids(moving.cloud.policies[moving.nested["Network"]]))
        execute_change_set(change_set_id, **options)

    moving.cloud.execute_change_set = watched
    move(moving, "Kept")
    assert seen[0] == set()
    assert "Kept" in protected_ids(moving.cloud.policies[moving.nested["Archive"]])


def test_a_deploy_over_a_begun_move_is_refused(moving):
    """The old stack has released the table, no stack holds it: a deploy would create another."""

    class Ended(Exception):  # noqa: N818 - the process that ends
        pass

    def ended(request):
        raise Ended

    create_import = moving.cloud.create_import
    moving.cloud.create_import = ended
    with pytest.raises(Ended):
        move(moving, "Kept")
    with pytest.raises(
        RefusedError, match=r"Archive/Kept: the move of t-blue to this path was interrupted"
    ):
        moving.deploy()
    moving.cloud.create_import = create_import
    move(moving, "Kept")
    moving.deploy()
    assert moving.deploy()[-1].result is Result.UNCHANGED


def test_a_finished_move_is_not_repeated(moving):
    move(moving, "Kept")
    moving.deploy()
    moving.cloud.calls.clear()
    assert move(moving, "Kept") == ()
    assert not [call for call in moving.cloud.calls if "create" in call or "execute" in call]


def test_a_resource_that_does_not_move_is_refused(moving):
    with pytest.raises(InputError, match="Nothing: is not a resource that moves"):
        move(moving, "Nothing")
    with pytest.raises(InputError, match=r"Kepd: .*; did you mean \w+/Kept\?"):
        move(moving, "Kepd")


DISK = "AWS::EC2::Volume"
NEW = {"Network/Disk": "vol-2"}


@pytest.fixture
def replacing(project, account, development, number):
    """A deployed volume with a resource that refers to it, and another volume."""
    wanted = network()
    wanted["Resources"]["Disk"] = {
        "Type": DISK,
        **RETAINED,
        "Properties": {"AvailabilityZone": "eu-central-1a", "Size": 20},
    }
    wanted["Resources"]["Topic"]["Properties"] = {"DisplayName": {"Fn::Sub": "on ${Disk}"}}
    project.nested("environment", {"Network": wanted, "Entry": entry()})
    importer = Importer(project, development, number)
    importer.deploy(account)
    importer.deploy()
    importer.cloud.present[DISK, "vol-2"] = {"AvailabilityZone": "eu-central-1a", "Size": 10}
    return importer


def replaced(importer, requested):
    """Release and import as the command does, with a new plan in between."""
    plan = importer.plan()
    shown = import_plan(plan, requested, importer.cloud, replacing=True)
    release_replaced(plan, shown, importer.cloud, pause=nothing)
    return importer.imported(requested)


def held_disk(importer):
    held = importer.cloud.resources(importer.nested["Network"])
    return {r.logical_id: r.physical_id for r in held if r.status != "DELETE_COMPLETE"}["Disk"]


def references(importer):
    body = json.loads(importer.cloud.template(importer.nested["Network"]))
    return body["Resources"]["Topic"]["Properties"]["DisplayName"]


def test_another_resource_takes_the_place_of_one_that_is_kept(replacing):
    former = held_disk(replacing)
    (item,) = import_plan(replacing.plan(), NEW, replacing.cloud, replacing=True).imports
    assert item.adoptions[0].replaces == former
    replaced(replacing, NEW)
    assert held_disk(replacing) == "vol-2"
    assert f"delete {former}" not in replacing.cloud.calls
    # until the deploy, nothing that refers to it has changed
    assert references(replacing) == {"Fn::Sub": f"on {former}"}
    replacing.deploy()
    paths = {change.path for change in replacing.previews[-1].changes}
    assert paths == {"Network/Disk", "Network/Topic"}
    assert references(replacing) == {"Fn::Sub": "on ${Disk}"}
    assert held_disk(replacing) == "vol-2"
    assert "Disk" in protected_ids(replacing.cloud.policies[replacing.nested["Network"]])
    assert replacing.deploy()[-1].result is Result.UNCHANGED


def test_a_replacement_that_would_be_refused_releases_nothing(replacing):
    former = held_disk(replacing)
    replacing.cloud.present[DISK, "vol-2"] = {"AvailabilityZone": "eu-central-1b"}
    with pytest.raises(RefusedError, match="AvailabilityZone is"):
        replaced(replacing, NEW)
    assert held_disk(replacing) == former


def test_an_interrupted_replacement_is_completed_by_the_same_command(replacing):
    plan = replacing.plan()
    shown = import_plan(plan, NEW, replacing.cloud, replacing=True)
    release_replaced(plan, shown, replacing.cloud, pause=nothing)
    with pytest.raises(RefusedError, match=r"Network/Disk: .*vol-2 .*interrupted"):
        replacing.deploy()
    replaced(replacing, NEW)
    replacing.deploy()
    assert held_disk(replacing) == "vol-2"
    # and once more, after everything
    assert replaced(replacing, NEW)[0].result is Result.UNCHANGED
    assert replacing.deploy()[-1].result is Result.UNCHANGED
