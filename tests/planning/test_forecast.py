import pytest

from tidegen.cloudformation.schemas import Replacement, create_only, replacement_of
from tidegen.planning.changes import Action
from tidegen.planning.forecast import forecast

BUCKET = {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain"}
QUEUE = {"Type": "AWS::SQS::Queue"}
NEVER, ALWAYS = Replacement.NEVER, Replacement.ALWAYS


def having(resource, **properties):
    return {**resource, "Properties": properties}


def only(old, new):
    (change,) = forecast({"Entry/It": old}, {"Entry/It": new})
    return change


def details_of(change):
    return [(d.name, d.before, d.after) for d in change.details]


def test_additions_changes_and_removals_are_forecast():
    old = {"Gone": BUCKET, "Same": QUEUE, "Other": having(QUEUE, Delay=1)}
    new = {"Same": QUEUE, "Other": having(QUEUE, Delay=2), "Fresh": BUCKET}
    assert [(c.path, c.action, c.stateful) for c in forecast(old, new)] == [
        ("Fresh", Action.ADD, True),
        ("Gone", Action.REMOVE, True),
        ("Other", Action.MODIFY, False),
    ]


def test_each_property_has_its_value_before_and_after():
    change = only(having(QUEUE, A={"B": [1, {"C": 2}]}, D=1), having(QUEUE, A={"B": [1, {"C": 3}]}))
    assert details_of(change) == [("A.B[1].C", 2, 3), ("D", 1, None)]
    assert change.properties == ("A", "D")


def test_an_item_more_in_a_list_is_not_a_change_of_all_that_follow():
    change = only(having(QUEUE, L=["a", "b", "c"]), having(QUEUE, L=["x", "a", "b", "c"]))
    assert details_of(change) == [("L[0]", None, "x")]
    change = only(having(QUEUE, L=["a", "b", "c"]), having(QUEUE, L=["a", "c"]))
    assert details_of(change) == [("L[1]", "b", None)]


def test_attributes_change_a_resource_and_dependencies_do_not():
    assert details_of(only(QUEUE, {**QUEUE, "Metadata": {"a": 1}})) == [
        ("Metadata", None, {"a": 1})
    ]
    assert not forecast({"Q": QUEUE}, {"Q": {**QUEUE, "DependsOn": "R"}})


def test_a_create_only_property_replaces():
    change = only(having(BUCKET, BucketName="a"), having(BUCKET, BucketName="b"))
    assert (change.action, change.replacement) == (Action.REPLACE, ALWAYS)
    assert change.details[0].replacement is ALWAYS
    assert only(BUCKET, QUEUE).action is Action.REPLACE


def test_references_to_a_replaced_resource_change_and_may_replace_in_turn():
    zone = {"Type": "AWS::EC2::Subnet"}
    node = {"Type": "AWS::EC2::NatGateway"}
    route = {"Type": "AWS::EC2::Route"}

    def resources(cidr):
        return {
            "Network/Subnet": having(zone, CidrBlock=cidr),
            "Network/Nat": having(node, SubnetId={"Ref": "Network/Subnet"}),
            "Network/Route": having(route, NatGatewayId={"Ref": "Network/Nat"}),
            "Other": having(QUEUE, Name={"Ref": "Unrelated"}),
        }

    changes = {c.path: c for c in forecast(resources("10.0.0.0/24"), resources("10.0.1.0/24"))}
    assert changes.keys() == {"Network/Subnet", "Network/Nat", "Network/Route"}
    assert changes["Network/Nat"].action is Action.REPLACE
    assert changes["Network/Nat"].details[0].cause == "Network/Subnet"
    assert changes["Network/Route"].action is Action.MODIFY
    assert changes["Network/Route"].details[0].cause == "Network/Nat"


def test_a_version_changes_with_every_change_of_its_resource():
    template = {"Type": "AWS::EC2::LaunchTemplate"}
    group = {"Type": "AWS::AutoScaling::AutoScalingGroup"}
    version = {"Version": {"Fn::GetAtt": ["T", "LatestVersionNumber"]}}

    def resources(size):
        return {
            "T": having(template, LaunchTemplateData={"InstanceType": size}),
            "G": having(group, LaunchTemplate=version),
        }

    changes = {c.path: c.action for c in forecast(resources("a"), resources("b"))}
    assert changes == {"T": Action.MODIFY, "G": Action.MODIFY}


@pytest.mark.parametrize(
    ("type_name", "path", "expected"),
    [
        ("AWS::S3::Bucket", "BucketName", ALWAYS),
        ("AWS::S3::Bucket", "VersioningConfiguration.Status", NEVER),
        ("AWS::EKS::Cluster", "AccessConfig.BootstrapClusterCreatorAdminPermissions", ALWAYS),
        ("AWS::EKS::Cluster", "AccessConfig.AuthenticationMode", NEVER),
        ("AWS::EKS::Cluster", "AccessConfig", ALWAYS),
        ("AWS::EC2::Subnet", "CidrBlock", ALWAYS),
        ("AWS::SES::DedicatedIpPool", "ScalingMode", Replacement.CONDITIONAL),
        ("Custom::Thing", "Anything", NEVER),
    ],
)
def test_the_registry_schema_decides_on_replacement(type_name, path, expected):
    assert replacement_of(type_name, path) is expected


def test_an_unknown_type_has_no_create_only_properties():
    assert create_only("Custom::Thing") == (frozenset(), frozenset())
