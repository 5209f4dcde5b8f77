"""Grants that no template declares, as an account gives them."""

import pytest

from tidegen.contract import Topic
from tidegen.planning.preflight.model import Question, Unknown
from tidegen.planning.undeclared import Granted

RESOURCES = {
    "A/Role": {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "Policies": [{"PolicyName": "own", "PolicyDocument": {}}],
            "ManagedPolicyArns": [
                {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":iam::aws:policy/Read"]]}
            ],
        },
    },
    "A/Policy": {
        "Type": "AWS::IAM::Policy",
        "Properties": {"PolicyName": "added", "Roles": [{"Ref": "A/Role"}]},
    },
    "A/Other": {
        "Type": "AWS::IAM::RolePolicy",
        "Properties": {"PolicyName": "other", "RoleName": "another-role"},
    },
    "A/Managed": {
        "Type": "AWS::IAM::ManagedPolicy",
        "Properties": {"Roles": [{"Ref": "A/Role"}]},
    },
    "B/Group": {
        "Type": "AWS::EC2::SecurityGroup",
        "Properties": {
            "SecurityGroupIngress": [
                {
                    "IpProtocol": "tcp",
                    "FromPort": 443,
                    "ToPort": 443,
                    "CidrIp": {"Fn::GetAtt": ["B/Vpc", "CidrBlock"]},
                }
            ]
        },
    },
    "B/FromOther": {
        "Type": "AWS::EC2::SecurityGroupIngress",
        "Properties": {
            "GroupId": {"Fn::GetAtt": ["B/Group", "GroupId"]},
            "IpProtocol": "tcp",
            "FromPort": 27017,
            "ToPort": 27017,
            "SourceSecurityGroupId": {"Fn::GetAtt": ["B/Second", "GroupId"]},
        },
    },
    "B/Every": {
        "Type": "AWS::EC2::SecurityGroupIngress",
        "Properties": {
            "GroupId": {"Fn::GetAtt": ["B/Group", "GroupId"]},
            "IpProtocol": "-1",
            "SourcePrefixListId": "pl-1",
        },
    },
    "C/Bucket": {"Type": "AWS::S3::Bucket", "Properties": {}},
    "C/BucketPolicy": {
        "Type": "AWS::S3::BucketPolicy",
        "Properties": {
            "Bucket": {"Ref": "C/Bucket"},
            "PolicyDocument": {"Statement": [{"Sid": "OnlyTls"}]},
        },
    },
    "D/Key": {
        "Type": "AWS::KMS::Key",
        "Properties": {"KeyPolicy": {"Statement": {"Sid": "Administer"}}},
    },
}
HELD = {
    "A/Role": "role",
    "A/Managed": "arn:aws:iam::1:policy/managed",
    "B/Group": "sg-1",
    "B/Second": "sg-2",
    "C/Bucket": "bucket",
    "D/Key": "key",
}
VIEW = Granted(resources=RESOURCES, stack="tide", held=HELD)
DECLARED = {
    Topic.ROLE_POLICIES: {
        "inline": ["added", "own"],
        "attached": ["arn:aws:iam::1:policy/managed", "arn:aws:iam::aws:policy/Read"],
    },
    Topic.GROUP_RULES: [
        {"protocol": "tcp", "from": 443, "to": 443, "source": "10.0.0.0/16"},
        {"protocol": "tcp", "from": 27017, "to": 27017, "source": "sg-2"},
        {"protocol": "-1", "from": -1, "to": -1, "source": "pl-1"},
    ],
    Topic.BUCKET_POLICIES: [{"Sid": "OnlyTls"}],
    Topic.KEY_GRANTS: {
        "statements": [{"Sid": "Administer"}],
        "grantees": [
            "arn:aws:iam::1:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForX",
            "arn:aws:sts::1:assumed-role/aws:ec2-infrastructure/i-1",
            "backup.amazonaws.com",
        ],
    },
}
NAMES = {
    Topic.ROLE_POLICIES: "role",
    Topic.GROUP_RULES: "sg-1",
    Topic.BUCKET_POLICIES: "bucket",
    Topic.KEY_GRANTS: "key",
}


def facts(**changed):
    answers = {**DECLARED, **{Topic[name]: answer for name, answer in changed.items()}}
    return {
        Question(topic, (NAMES[topic],)): answer
        if isinstance(answer, Unknown)
        else {NAMES[topic]: answer}
        for topic, answer in answers.items()
    }


def test_each_resource_is_asked_by_itself():
    assert VIEW.questions() == set(facts())


def test_declared_grants_are_not_listed():
    assert VIEW.undeclared(facts()) == ()


@pytest.mark.parametrize(
    ("topic", "answer", "path", "grants"),
    [
        (
            "ROLE_POLICIES",
            {"inline": ["added", "hotfix", "other"], "attached": ["arn:aws:iam::aws:policy/Admin"]},
            "A/Role",
            [
                "inline policy hotfix",
                "inline policy other",
                "attached policy arn:aws:iam::aws:policy/Admin",
            ],
        ),
        (
            "GROUP_RULES",
            [
                {"protocol": "tcp", "from": 22, "to": 22, "source": "0.0.0.0/0"},
                {"protocol": "tcp", "from": 27017, "to": 27017, "source": "sg-9"},
                {"protocol": "tcp", "from": 0, "to": 65535, "source": "pl-1"},
            ],
            "B/Group",
            [
                "ingress tcp 22-22 from 0.0.0.0/0",
                "ingress tcp 27017-27017 from sg-9",
                "ingress tcp 0-65535 from pl-1",
            ],
        ),
        (
            "BUCKET_POLICIES",
            [{"Sid": "OnlyTls"}, {"Sid": "Everyone"}, {"Effect": "Allow"}],
            "C/Bucket",
            ["policy statement Everyone", "policy statement without Sid"],
        ),
        (
            "KEY_GRANTS",
            {
                "statements": [{"Sid": "Administer"}, {"Sid": "Partner"}],
                "grantees": ["arn:aws:iam::2:role/partner"],
            },
            "D/Key",
            ["key policy statement Partner", "grant to arn:aws:iam::2:role/partner"],
        ),
    ],
)
def test_added_grants_are_listed(topic, answer, path, grants):
    listed = VIEW.undeclared(facts(**{topic: answer}))
    assert [(item.path, item.grant) for item in listed] == [(path, grant) for grant in grants]
    assert all(f"tide: {path}: AWS::" in str(item) for item in listed)


def test_grants_that_cannot_be_read_are_not_checked_and_hide_nothing():
    read = facts(ROLE_POLICIES=Unknown("access denied"), BUCKET_POLICIES=[{"Sid": "Everyone"}])
    assert [item.path for item in VIEW.undeclared(read)] == ["C/Bucket"]
    assert [str(item) for item in VIEW.unchecked(read)] == [
        "tide: A/Role: not checked: policies of roles: access denied"
    ]
