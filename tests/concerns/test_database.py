"""The replica set: members keep volume and address, roll in turn, and only write backups."""

import json
import re
from pathlib import Path

import pytest

from tidegen.composition import build_assets
from tidegen.concerns.database import CONCERN
from tidegen.contract import Context

ROOT = Path(__file__).parents[2]
ASSETS = build_assets((CONCERN,))
RESOURCES = CONCERN.build(Context((CONCERN,), ASSETS)).to_dict()["Resources"]
MEMBERS = (1, 2, 3)
each = pytest.mark.parametrize("number", MEMBERS)


def properties(title):
    return RESOURCES[title]["Properties"]


def statements(title):
    return {s["Sid"]: s for s in properties(title)["PolicyDocument"]["Statement"]}


def loader(number):
    return properties(f"Member{number}LaunchTemplate")["LaunchTemplateData"]["UserData"][
        "Fn::Base64"
    ]["Fn::Sub"]


@each
def test_volume_address_and_group_are_in_one_zone(number):
    subnet = {"Ref": f"DataSubnet{number}Id"}
    assert properties(f"Member{number}Volume")["AvailabilityZone"] == {
        "Ref": f"DataSubnet{number}Zone"
    }
    assert properties(f"Member{number}Interface")["SubnetId"] == subnet
    assert properties(f"Member{number}Group")["VPCZoneIdentifier"] == [subnet]


@each
def test_the_name_is_the_interfaces_address(number):
    record = properties(f"Member{number}Record")
    address = {"Fn::GetAtt": [f"Member{number}Interface", "PrimaryPrivateIpAddress"]}
    assert record["ResourceRecords"] == [address]
    # an interface in the launch template would conflict with the group's
    assert "NetworkInterfaces" not in properties(f"Member{number}LaunchTemplate")


@each
def test_a_group_of_one_waits_for_a_healthy_member(number):
    group = RESOURCES[f"Member{number}Group"]
    sizes = [group["Properties"][name] for name in ("MinSize", "MaxSize", "DesiredCapacity")]
    assert sizes == ["1", "1", "1"]
    assert group["CreationPolicy"]["ResourceSignal"] == {"Count": 1, "Timeout": "PT1H"}
    rolling = group["UpdatePolicy"]["AutoScalingRollingUpdate"]
    assert rolling["WaitOnResourceSignals"] is True
    assert (rolling["MinInstancesInService"], rolling["MaxBatchSize"]) == ("0", "1")
    assert "ReplaceUnhealthy" in rolling["SuspendProcesses"]


@each
def test_a_member_terminates_before_its_replacement_starts_and_is_never_protected(number):
    group = properties(f"Member{number}Group")
    policy = {"MinHealthyPercentage": 0, "MaxHealthyPercentage": 100}
    assert group["InstanceMaintenancePolicy"] == policy
    # CloudFormation does not delete a group with protected instances
    assert "NewInstancesProtectedFromScaleIn" not in group


@each
def test_a_member_signals_for_and_terminates_only_itself(number):
    by_sid = statements(f"Member{number}RolePolicy")
    (group,) = by_sid["EndItself"]["Resource"]
    assert group["Fn::Sub"].endswith(f"/${{AWS::StackName}}-Member{number}Group-*")
    assert set(by_sid["EndItself"]["Action"]) == {
        "autoscaling:CompleteLifecycleAction",
        "autoscaling:SetInstanceHealth",
    }


@each
def test_members_roll_one_after_the_other(number):
    before = RESOURCES[f"Member{number}Group"]["DependsOn"]
    assert (f"Member{number - 1}Group" in before) == (number > 1)
    # the boot uses these without referring to them
    assert {f"Member{number}RolePolicy", f"Member{number}Record", "FromMembers"} <= set(before)


@each
def test_termination_of_a_member_waits_for_the_hand_over(number):
    hook = properties(f"Member{number}Termination")
    assert hook["LifecycleTransition"] == "autoscaling:EC2_INSTANCE_TERMINATING"
    assert f"HOOK={hook['LifecycleHookName']}\n" in bundled("terminate.sh")


def bundled(name):
    (asset,) = CONCERN.assets
    return (asset.folder / name).read_text()


@each
def test_the_loader_is_short_and_runs_nothing_but_the_hashed_bundle(number):
    text = loader(number)
    assert len(text) < 2048
    digest = ASSETS["database"].sha256
    assert f"/assets/{digest}/database.tar /tmp/bundle" in text
    assert f'echo "{digest}  /tmp/bundle" | sha256sum --check --strict' in text
    assert text.index("sha256sum") < text.index("exec /opt/mongo/bootstrap.sh")


@each
def test_the_file_pins_the_packages_by_version_and_hash(number):
    pinned = "PACKAGES_VERSION=${PackagesVersion} PACKAGES_SHA256=${PackagesSha256}"
    assert f"export {pinned}\n" in loader(number)


@each
def test_a_missing_bundle_is_signalled_to_cloud_formation(number):
    text = loader(number)
    assert text.index("trap failed ERR") < text.index("aws s3 cp")
    assert f"--logical-resource-id Member{number}Group" in text
    # where CloudFormation does not wait, another instance tries, unless a member runs here
    signal, heal = text.index("signal-resource"), text.index("set-instance-health")
    assert "||\n    systemctl is-active --quiet mongod ||" in text[signal:heal]


@each
def test_the_loader_exports_every_setting_of_the_boot(number):
    script = bundled("bootstrap.sh")
    wanted = "".join(
        line.partition("'")[2].rstrip("\"'").replace("$SETTINGS", "").replace('"', "")
        for line in script.splitlines()
        if line.startswith("SETTINGS=")
    )
    names = {name for part in wanted.split("'") for name in part.split("|") if name}
    given = set()
    for line in loader(number).splitlines():
        if line.startswith("export "):
            given |= {word.partition("=")[0] for word in line.split()[1:]}
    assert {"PROTECTED", "ADMIN_SECRET"} <= given
    assert names - {"DATA_DIR"} <= given


@each
def test_a_member_attaches_only_its_own_volume_to_itself(number):
    attach = statements(f"Member{number}RolePolicy")["Attach"]
    arns = [arn["Fn::Sub"].rpartition(":")[2] for arn in attach["Resource"]]
    assert arns == [
        f"volume/${{Member{number}Volume}}",
        f"network-interface/${{Member{number}Interface}}",
        "instance/*",
    ]
    tag = {"Fn::Sub": f"${{Project}}/${{Environment}}/{number}"}
    condition = attach["Condition"]["StringEquals"]
    assert condition == {"aws:ResourceTag/tidegen:member": tag}
    for title in ("Volume", "Interface"):
        own = properties(f"Member{number}{title}")["Tags"]
        assert {"Key": "tidegen:member", "Value": tag} in own
    data = properties(f"Member{number}LaunchTemplate")["LaunchTemplateData"]
    tags = {kind["ResourceType"]: kind["Tags"] for kind in data["TagSpecifications"]}
    assert {"Key": "tidegen:member", "Value": tag} in tags["instance"]


@each
def test_attaching_an_encrypted_volume_needs_a_grant_for_ec2(number):
    unlock = statements(f"Member{number}RolePolicy")["UnlockVolume"]
    assert unlock["Action"] == ["kms:CreateGrant"]
    assert unlock["Resource"] == [{"Ref": "DatabaseKeyArn"}]
    assert unlock["Condition"]["Bool"] == {"kms:GrantIsForAWSResource": "true"}


@each
def test_a_member_cannot_read_or_delete_backups(number):
    for sid, statement in statements(f"Member{number}RolePolicy").items():
        if "BackupsBucketArn" in json.dumps(statement["Resource"]):
            assert set(statement["Action"]) <= {"s3:PutObject", "s3:ListBucket"}, sid
        assert not [action for action in statement["Action"] if "Delete" in action], sid


@each
def test_a_member_reads_these_secrets_and_writes_none(number):
    by_sid = statements(f"Member{number}RolePolicy")
    readable = by_sid["ReadSecrets"]["Resource"]
    own = [{"Ref": f"{name}Secret"} for name in ("Keyfile", "Admin", "Certificate")]
    assert readable[:-1] == own
    assert readable[-1]["Fn::Sub"].endswith(":secret:/${Project}/${Environment}/mongo-??????")
    actions = {action for s in by_sid.values() for action in s["Action"]}
    assert {a for a in actions if a.startswith("secretsmanager:")} == {
        "secretsmanager:GetSecretValue"
    }


def test_the_certificate_has_the_members_names_and_is_validated_in_the_public_zone():
    certificate = properties("Certificate")
    names = [certificate["DomainName"], *certificate["SubjectAlternativeNames"]]
    assert names == [properties(f"Member{number}Record")["Name"] for number in MEMBERS]
    zones = {o["HostedZoneId"]["Ref"] for o in certificate["DomainValidationOptions"]}
    assert zones == {"PublicZoneId"}
    assert [o["DomainName"] for o in certificate["DomainValidationOptions"]] == names
    assert certificate["CertificateExport"] == "ENABLED"


def rotation(name):
    tags = {t["Key"]: t["Value"] for t in properties(f"{name}Secret")["Tags"]}
    return tags, properties(f"{name}SecretRotation")


def test_the_certificate_reaches_its_secret_at_once_and_well_before_its_end():
    tags, schedule = rotation("Certificate")
    assert tags == {"rotation": "certificate", "certificate": {"Ref": "Certificate"}}
    assert schedule["RotateImmediatelyOnUpdate"] is True
    # renewed 45 days before the end, so that at most a week later the members can have it
    assert schedule["RotationRules"]["ScheduleExpression"] == "rate(7 days)"
    assert properties("CertificateAlarm")["Threshold"] == 20
    for number in MEMBERS:
        assert "CertificateSecretRotation" in RESOURCES[f"Member{number}Group"]["DependsOn"]


def test_a_deploy_does_not_rotate_the_administrators_password():
    tags, schedule = rotation("Admin")
    assert tags == {"rotation": "password"}
    assert schedule["RotateImmediatelyOnUpdate"] is False


def test_no_pod_may_read_the_databases_own_secrets():
    """External Secrets reads all secrets below the environment's path."""
    for name in ("Keyfile", "Admin", "Certificate"):
        name_of_secret = properties(f"{name}Secret")["Name"]["Fn::Sub"]
        assert name_of_secret == f"${{Project}}-${{Environment}}-mongo-{name.lower()}"


def test_instances_have_imds_v2_encrypted_roots_and_only_the_database_port():
    for number in MEMBERS:
        data = properties(f"Member{number}LaunchTemplate")["LaunchTemplateData"]
        assert data["MetadataOptions"]["HttpTokens"] == "required"
        assert data["MetadataOptions"]["HttpPutResponseHopLimit"] == 1
        (root,) = data["BlockDeviceMappings"]
        assert root["Ebs"]["KmsKeyId"] == {"Ref": "DatabaseKeyArn"}
    assert "SecurityGroupIngress" not in properties("SecurityGroup")
    ways = [r for r in RESOURCES.values() if r["Type"] == "AWS::EC2::SecurityGroupIngress"]
    own = [w["Properties"] for w in ways if w["Properties"]["GroupId"] == {"Ref": "SecurityGroup"}]
    assert {(way["FromPort"], way["ToPort"]) for way in own} == {(27017, 27017)}
    assert all("SourceSecurityGroupId" in way for way in own)


def test_the_backup_alarm_fires_for_old_backups_and_missing_data():
    alarm = properties("BackupAlarm")
    assert (alarm["MetricName"], alarm["Statistic"], alarm["Threshold"]) == (
        "BackupAgeHours",
        "Minimum",
        26,
    )
    assert alarm["ComparisonOperator"] == "GreaterThanThreshold"
    assert alarm["TreatMissingData"] == "breaching"
    assert properties("MembersAlarm")["TreatMissingData"] == "breaching"


def test_a_set_without_a_primary_raises_an_alarm_within_ten_minutes():
    alarm = properties("PrimaryAlarm")
    assert (alarm["MetricName"], alarm["Statistic"], alarm["Threshold"]) == (
        "HasPrimary",
        "Maximum",
        1,
    )
    assert alarm["ComparisonOperator"] == "LessThanThreshold"
    assert alarm["Period"] * alarm["EvaluationPeriods"] <= 600
    assert alarm["TreatMissingData"] == "breaching"
    assert alarm["AlarmActions"] == [{"Ref": "CriticalTopicArn"}]


def test_a_set_that_is_being_created_raises_no_alarm():
    for title, item in RESOURCES.items():
        if item["Properties"].get("TreatMissingData") == "breaching":
            assert item["DependsOn"] == "Member3Group", title
    # by which time the last member has pushed its first metrics
    script = bundled("bootstrap.sh")
    assert script.index("initiate.sh") < script.index("systemctl start mongo-metrics.service")


def test_runbook_sections_named_by_alarms_and_scripts_exist():
    runbook = (ROOT / "docs" / "runbooks" / "database.md").read_text()
    (asset,) = CONCERN.assets
    texts = [json.dumps(RESOURCES), *(path.read_text() for path in asset.folder.iterdir())]
    named = {
        name for text in texts for name in re.findall(r"runbook of the database, '(.*?)'", text)
    }
    assert {"No primary", "Nobody can log in"} <= named
    assert not [name for name in named if f"## {name}\n" not in runbook]


def test_members_push_every_metric_that_has_an_alarm():
    scripts = bundled("metrics.sh")
    for title, item in RESOURCES.items():
        if item["Type"] == "AWS::CloudWatch::Alarm" and "Namespace" in item["Properties"]:
            if item["Properties"]["Namespace"] == "AWS/EC2":
                continue
            assert f"measure {item['Properties']['MetricName']} " in scripts, title


REPLICA = {"Fn::Sub": "${Project}-${Environment}-backups-dr-${AWS::Region}-${AWS::AccountId}"}


def steps():
    return {s["name"]: s for s in properties("Restore")["Content"]["mainSteps"]}


def test_a_restore_grants_reading_and_always_revokes_it():
    lend, back, run = (steps()[name] for name in ("Lend", "TakeBack", "Restore"))
    assert lend["inputs"]["Api"] == "AttachRolePolicy"
    assert back["inputs"]["Api"] == "DetachRolePolicy"
    assert (
        lend["inputs"]["PolicyArn"] == back["inputs"]["PolicyArn"] == {"Ref": "ReadBackupsPolicy"}
    )
    assert run["onFailure"] == run["onCancel"] == "step:TakeBack"
    assert run["nextStep"] == "TakeBack"
    assert "Roles" not in properties("ReadBackupsPolicy")


def test_the_lent_policy_reads_backups_and_their_replicas():
    read, decrypt = properties("ReadBackupsPolicy")["PolicyDocument"]["Statement"]
    assert read["Action"] == ["s3:GetObject"]
    replica = f"arn:${{AWS::Partition}}:s3:::{REPLICA['Fn::Sub']}/*"
    assert read["Resource"] == [{"Fn::Sub": "${BackupsBucketArn}/mongodb/*"}, {"Fn::Sub": replica}]
    keys = decrypt["Condition"]["ForAnyValue:StringEquals"]["kms:ResourceAliases"]
    assert keys == {"Fn::Sub": "alias/${Project}/${Environment}/replica"}


def test_the_restore_role_lends_one_policy_to_one_member():
    lend = statements("RestoreRolePolicy")["LendReading"]
    assert lend["Resource"] == [{"Fn::GetAtt": ["Member1Role", "Arn"]}]
    assert lend["Condition"] == {"ArnEquals": {"iam:PolicyARN": {"Ref": "ReadBackupsPolicy"}}}


def test_scripts_have_as_long_as_run_command_allows():
    """172800 seconds (AWS docs, "Command document plugin reference", aws:runShellScript)."""
    for title in ("BackupNow", "RestoreCommand"):
        (step,) = properties(title)["Content"]["mainSteps"]
        assert step["inputs"]["timeoutSeconds"] == "172800"
    assert steps()["Restore"]["timeoutSeconds"] == 172800


def test_a_requested_backup_ignores_the_age_of_the_newest():
    (step,) = properties("BackupNow")["Content"]["mainSteps"]
    assert step["inputs"]["runCommand"] == ["/opt/mongo/backup.sh now"]


def test_documents_take_no_shell_from_their_parameters():
    for title in ("Restore", "RestoreCommand"):
        given = properties(title)["Content"]["parameters"]
        assert set(given) == {"Backup", "Confirmation", "Bucket"}
        assert given.pop("Bucket")["allowedValues"] == [{"Ref": "BackupsBucketName"}, REPLICA]
        for parameter in given.values():
            assert parameter["allowedPattern"].startswith("^")
            assert parameter["allowedPattern"].endswith("$")
    (step,) = properties("RestoreCommand")["Content"]["mainSteps"]
    assert step["inputs"]["runCommand"] == [
        "RESTORE_BUCKET='{{ Bucket }}' /opt/mongo/restore.sh '{{ Backup }}' '{{ Confirmation }}'"
    ]
