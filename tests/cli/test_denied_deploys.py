"""A deploy fails where IAM denies the execution role a call, with AWS's reason; then it recovers.

The plants change the roles behind tidegen's back, as a mistake in a template would.
"""

import json
import re
import shutil

import pytest

from tests.conftest import ROOT, client, deployed, tidegen, unmeasured

ROLE = r"User: arn:aws:sts::444455556666:assumed-role/tidepool-development-access-ExecutionRole-"
DEPLOY = ("deploy", "--env", "development", "--yes")


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """The committed project; development uses no shared services, which is quicker."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("environments", "templates"):
        shutil.copytree(ROOT / name, folder / name)
    path = folder / "environments" / "development.yaml"
    path.write_text(re.sub(r"(?m)^shared: .*\n", "", path.read_text()))
    return folder


@pytest.fixture(scope="module")
def aws(project):
    """An engine with development deployed on it: no call was denied."""
    with deployed("account-nonproduction") as environment:
        with unmeasured():
            done = tidegen(*DEPLOY, env=environment, cwd=project)
        assert done.returncode == 0, done.stdout + done.stderr
        yield environment


def policy_with(iam, marker):
    """Return the ARN and text of the policy, made by the project, whose text has the marker."""
    for page in iam.get_paginator("list_policies").paginate(Scope="Local"):
        for policy in page["Policies"]:
            arn, version = policy["Arn"], policy["DefaultVersionId"]
            current = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]
            text = json.dumps(current["Document"])
            if marker in text:
                return arn, text
    raise AssertionError(f"no policy has {marker}")


class Planted:
    """A policy with some of its text replaced, until the end of the block."""

    def __init__(self, aws, marker, old, new):
        self.iam = client(aws, "iam")
        self.arn, self.text = policy_with(self.iam, marker)
        self.changed = self.text.replace(old, new)
        assert self.changed != self.text

    def _write(self, text):
        versions = self.iam.list_policy_versions(PolicyArn=self.arn)["Versions"]
        for version in versions:
            if not version["IsDefaultVersion"]:
                identifier = version["VersionId"]
                self.iam.delete_policy_version(PolicyArn=self.arn, VersionId=identifier)
        self.iam.create_policy_version(PolicyArn=self.arn, PolicyDocument=text, SetAsDefault=True)

    def __enter__(self):
        self._write(self.changed)

    def __exit__(self, *_):
        self._write(self.text)


CREATE = '"ec2:CreateNatGateway", '
NOT_ALLOWED = r"because no identity-based policy allows the ec2:\w+ action"
NOT_BOUNDED = r"because no permissions boundary allows the ec2:\w+ action"
EVERYWHERE, VPCS = (f'"arn:aws:ec2:*:444455556666:{name}"' for name in ("*", "vpc/*"))


@pytest.mark.parametrize(
    ("gateways", "plant", "reason"),
    [
        (
            2,
            (CREATE, CREATE, ""),
            rf"ec2:CreateNatGateway on resource: \S+ {NOT_ALLOWED}",
        ),
        (3, (CREATE, EVERYWHERE, VPCS), rf"ec2:\w+ on resource: \S+:elastic-ip/\S+ {NOT_ALLOWED}"),
        (2, ("ServicesInUse", '"ec2:*", ', ""), rf"ec2:\w+ on resource: \S+ {NOT_BOUNDED}"),
    ],
    ids=["an action is dropped", "a resource is narrowed", "the boundary is broken"],
)
def test_a_denied_call_fails_the_deploy_and_the_next_one_recovers(
    aws, project, gateways, plant, reason
):
    path = project / "environments" / "development.yaml"
    path.write_text(re.sub(r"nat_gateways: \d", f"nat_gateways: {gateways}", path.read_text()))
    with Planted(aws, *plant):
        denied = tidegen(*DEPLOY, env=aws, cwd=project)
    assert denied.returncode == 1, denied.stdout + denied.stderr
    assert re.search(
        rf"{ROLE}\w+/AWSCloudFormation is not authorized to perform: {reason}", denied.stderr
    )
    assert "the role does not have a permission, or a policy denies it" in denied.stderr
    recovered = tidegen(*DEPLOY, env=aws, cwd=project)
    assert recovered.returncode == 0, recovered.stdout + recovered.stderr
