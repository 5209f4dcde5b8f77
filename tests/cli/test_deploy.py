"""Deploying through the command line, on the local engine, with the committed environments."""

import json
import os
from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT, client, tidegen
from tidegen.local.engine import running_engine

BASELINE = ("account-nonproduction", "shared-nonproduction")


@pytest.fixture(scope="module")
def aws():
    """An engine with development deployed on it; the environment that reaches it."""
    with running_engine() as engine:
        environment = engine.environment_variables()
        for name in (*BASELINE, "development"):
            soon = {**environment, "AWS_CREDENTIAL_EXPIRATION": "2000-01-01T00:00:00Z"}
            # --local, which a protected account needs, is sealed from the shell's credentials
            local = name.startswith("account-")
            done = tidegen("deploy", "--env", name, "--yes", env=soon, local=local)
            assert done.returncode == 0, done.stdout + done.stderr
            assert ("warning: the credentials end in 0 minutes" in done.stderr) is not local
        yield environment


def test_a_second_deploy_has_nothing_to_change(aws):
    done = tidegen("deploy", "--env", "development", "--yes", env=aws)
    assert done.returncode == 0
    assert "development: nothing to change" in done.stdout


def test_status_shows_every_nested_stack(aws):
    done = tidegen("status", "--env", "development", env=aws)
    assert done.returncode == 0
    # by the second update of its first deploy
    assert "tidepool-development (444455556666/us-west-2)  UPDATE_COMPLETE" in done.stdout
    assert "deletion protection: off, as the environment file says" in done.stdout
    roots = json.loads(tidegen("status", "--env", "development", "--json", env=aws).stdout)
    nested = {item["logical_id"]: item["status"] for item in roots[-1]["nested"]}
    assert {"Network", "Storage", "Cluster", "Email"} <= nested.keys()
    assert set(nested.values()) == {"UPDATE_COMPLETE"}


def test_outputs_for_people_and_machines(aws):
    text = tidegen("outputs", "--env", "development", env=aws).stdout
    assert "UploadsBucketName" in text
    outputs = json.loads(tidegen("outputs", "--env", "development", "--json", env=aws).stdout)
    assert outputs["environment"]["UploadsBucketName"].startswith("tidepool-development-uploads-")


def test_outputs_as_the_values_of_the_chart(aws):
    text = tidegen("outputs", "--env", "development", "--format", "helm-values", env=aws).stdout
    values = yaml.safe_load(text)
    bucket = values["blob"]["deployment"]["env"]["store"]["s3"]["bucket"]
    assert bucket == "tidepool-development-uploads-us-west-2-444455556666"
    assert values["global"]["region"] == "us-west-2"
    shared = ("outputs", "--env", "shared-nonproduction", "--format", "helm-values")
    done = tidegen(*shared, env=aws)
    assert done.returncode == 2
    assert "has no environment root stack" in done.stderr


def test_outputs_of_shared_services_for_their_cluster(aws):
    shared = ("outputs", "--env", "shared-nonproduction", "--format")
    text = tidegen(*shared, "manifests", env=aws).stdout
    assert "TargetGroupBinding" in {m["kind"] for m in yaml.safe_load_all(text)}
    config = yaml.safe_load(tidegen(*shared, "kubeconfig", env=aws).stdout)
    assert config["current-context"] == "tidepool-shared-nonproduction"


def test_outputs_as_manifests_and_variables(aws):
    text = tidegen("outputs", "--env", "development", "--format", "manifests", env=aws).stdout
    kinds = {manifest["kind"] for manifest in yaml.safe_load_all(text)}
    assert {"Namespace", "ServiceAccount", "SecretStore", "ExternalSecret"} <= kinds
    script = tidegen("outputs", "--env", "development", "--format", "post-renderer", env=aws).stdout
    assert '"HYDROPHONE_ASSET_URL", "value": "https://' in " ".join(script.split())
    lines = tidegen("outputs", "--env", "development", "--format", "dotenv", env=aws).stdout
    assert "ENVIRONMENT_API_HOST=api.development.tidepool.example\n" in lines
    as_json = tidegen("outputs", "--env", "development", "--format", "json", env=aws).stdout
    assert as_json == tidegen("outputs", "--env", "development", "--json", env=aws).stdout


def test_pods_get_their_roles_from_the_cluster(aws):
    eks = client(aws, "eks")
    associations = eks.list_pod_identity_associations(clusterName="tidepool-development")[
        "associations"
    ]
    pods = {
        (item["namespace"], item["serviceAccount"]): item["associationId"] for item in associations
    }
    assert {("tidepool", "blob"), ("external-secrets", "external-secrets")} <= pods.keys()
    blob = eks.describe_pod_identity_association(
        clusterName="tidepool-development", associationId=pods["tidepool", "blob"]
    )["association"]
    role = client(aws, "iam").get_role(RoleName=blob["roleArn"].rpartition("/")[2])["Role"]
    assert role["Path"] == "/tidepool/development/"


def test_the_buckets_are_encrypted_with_the_platforms_key(aws):
    """Read through the service's API: CloudFormation's answer proves nothing."""
    s3 = client(aws, "s3")
    name = "tidepool-development-uploads-us-west-2-444455556666"
    rules = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
    default = rules[0]["ApplyServerSideEncryptionByDefault"]
    assert default["SSEAlgorithm"] == "aws:kms"
    assert ":key/" in default["KMSMasterKeyID"]
    assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"


def test_a_plan_without_changes_reports_none(aws):
    done = tidegen("plan", "--env", "development", "--exit-code", env=aws)
    assert done.returncode == 0
    assert done.stdout.count("no changes") == 2


def test_an_update_changes_one_stack(aws, project):
    path = project / "environments" / "development.yaml"
    path.write_text(path.read_text().replace("nat_gateways: 1", "nat_gateways: 2"))
    done = tidegen("deploy", "--env", "development", "--yes", env=aws, cwd=project)
    assert done.returncode == 0, done.stderr
    assert "UPDATE_COMPLETE        Network" in done.stderr


def test_json_has_one_event_per_line(aws, project):
    path = project / "environments" / "development.yaml"
    path.write_text(path.read_text().replace("max_nodes: 4", "max_nodes: 5"))
    arguments = ("--env", "development", "--yes", "--json")
    done = tidegen("deploy", *arguments, env=aws, cwd=project)
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    (plan,) = (event for event in events if event["event"] == "plan")
    (changed,) = (step for step in plan["steps"] if step["changes"])
    assert "Cluster/Nodes" in {change["path"] for change in changed["changes"]}
    begun = [number for number, event in enumerate(events) if event["event"] == "executing"]
    assert events.index(plan) < min(begun)
    assert {"step", "executing", "progress", "outcome"} <= {event["event"] for event in events}
    changed = {event["path"] for event in events if event["event"] == "progress"}
    assert "Cluster/Nodes" in changed
    last = events[-1]
    assert (last["stack"], last["result"]) == ("tidepool-development", "updated")
    assert last["outputs"]["ClusterName"] == "tidepool-development"


def test_a_plan_for_people_machines_and_pull_requests(aws, project):
    path = project / "environments" / "development.yaml"
    path.write_text(path.read_text().replace("cidr: 10.16.", "cidr: 10.24."))
    plan = ("plan", "--env", "development")
    text = tidegen(*plan, "--exit-code", env=aws, cwd=project)
    assert text.returncode == 1
    assert "replacement begins at " in text.stdout
    assert "refused: Network/Vpc: AWS::EC2::VPC would be replaced" in text.stdout
    data = json.loads(tidegen(*plan, "--json", env=aws, cwd=project).stdout)
    changes = {change["path"]: change for change in data["steps"][-1]["changes"]}
    assert changes["Network/Vpc"]["replacement"] == "always"
    assert changes["Network/PublicSubnet1"]["properties"][0]["before"] == "10.16.0.0/22"
    assert "```diff" in tidegen(*plan, "--markdown", env=aws, cwd=project).stdout
    shown = tidegen("deploy", "--env", "development", "--dry-run", env=aws, cwd=project)
    assert shown.returncode == 0
    assert "Network" in shown.stdout
    refused = tidegen("deploy", "--env", "development", "--yes", env=aws, cwd=project)
    assert refused.returncode == 1
    assert "create a second environment" in refused.stderr


def test_following_without_an_operation_ends_at_once(aws):
    done = tidegen("status", "--env", "development", "--follow", env=aws)
    assert done.returncode == 0
    assert "tidepool-development" in done.stdout


def test_there_is_no_rollback_to_continue(aws):
    done = tidegen("rollback", "--env", "development", env=aws)
    assert done.returncode == 0
    assert "nothing to continue" in done.stdout


def test_a_declined_deploy_exits_1_and_changes_nothing(aws, project):
    path = project / "environments" / "development.yaml"
    path.write_text(path.read_text().replace("nat_gateways: 1", "nat_gateways: 3"))
    done = tidegen("deploy", "--env", "development", env=aws, cwd=project, text="n\n")
    assert done.returncode == 1
    assert "declined; nothing more was changed" in done.stderr


def test_a_second_bootstrap_has_nothing_to_do(aws):
    done = tidegen("bootstrap", "--env", "development", "--yes", env=aws)
    assert done.returncode == 0
    assert "prerequisites are deployed" in done.stdout


def test_templates_that_differ_from_the_source_are_refused(aws, project):
    path = project / "templates" / "current" / "network.yaml"
    path.write_text(path.read_text() + "# edited\n")
    done = tidegen("deploy", "--env", "development", "--yes", env=aws, cwd=project)
    assert done.returncode == 1
    assert "differs from the source in 1 file (network.yaml)" in done.stderr


def test_missing_roots_are_listed_with_their_command(aws):
    done = tidegen("deploy", "--env", "production", env=aws, text="n\n")
    assert done.returncode == 1
    assert "run 'tidegen bootstrap --env production'" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_protected_environment_is_not_destroyed(aws):
    done = tidegen("destroy", "--env", "production", "--yes", env=aws)
    assert done.returncode == 1
    assert "is protected; nothing was deleted" in done.stderr


def test_an_environment_that_is_not_deployed(aws):
    assert tidegen("status", "--env", "staging", env=aws).returncode == 1
    done = tidegen("outputs", "--env", "staging", env=aws)
    assert done.returncode == 1
    assert "run 'tidegen deploy --env staging'" in done.stderr


def test_an_unknown_environment_names_the_closest(aws):
    done = tidegen("deploy", "--env", "developmnt", env=aws)
    assert done.returncode == 2
    assert "development" in done.stderr


def test_one_command_deploys_all_prerequisites_on_a_new_engine():
    clean = {k: "" for k in os.environ if k.startswith("AWS_ENDPOINT")}
    done = tidegen("deploy", "--env", "staging", "--local", "--yes", env=clean)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "tidepool-staging" in done.stdout


def test_destroy_lists_kept_resources(aws):
    shown = tidegen("destroy", "--env", "development", env=aws, text="no\n")
    assert shown.returncode == 1
    assert "keeps AWS::S3::Bucket Storage/UploadsBucket" in shown.stdout
    done = tidegen("destroy", "--env", "development", "--yes", env=aws)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", ["deploy", "status", "outputs", "plan"])
def test_missing_credentials_are_an_error_with_advice(command, tmp_path):
    environment = {
        "AWS_ENDPOINT_URL": "",
        "AWS_PROFILE": "",
        "HOME": str(tmp_path),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": str(tmp_path / "none"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"),
    }
    done = tidegen(command, "--env", "development", env=environment)
    assert done.returncode in (1, 2)
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("error: ")


def test_init_creates_a_project_that_renders(tmp_path):
    done = tidegen("init", "--project", "acme", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert tidegen("render", "--check", cwd=tmp_path).returncode == 0
    names = [
        row["name"]
        for row in json.loads(tidegen("list", "--json", cwd=tmp_path).stdout)["environments"]
    ]
    assert "production" in names
    again = tidegen("init", cwd=tmp_path)
    assert again.returncode == 2
    assert "already exists" in again.stderr


def test_list_schema_and_local_types():
    assert "development" in tidegen("list").stdout
    schema = json.loads(tidegen("schema").stdout)
    committed = json.loads((ROOT / "environments" / "environment.schema.json").read_text())
    assert schema == committed
    types = json.loads(tidegen("local", "types", "--json").stdout)
    assert types["AWS::S3::Bucket"] == "created"
    assert "unsupported" not in types.values()
    assert "created" in tidegen("local", "types").stdout


def test_local_run_returns_the_commands_exit_code():
    assert tidegen("local", "run", "false").returncode == 1
    done = tidegen("local", "run", "printenv", "AWS_ENDPOINT_URL")
    assert done.stdout.startswith("http://127.0.0.1:")
    assert tidegen("local", "run", "no-such-command").returncode == 2


def test_the_recorded_types_are_known_and_few():
    """A type that the engine only records proves nothing; the list may shrink, not grow."""
    types = json.loads(tidegen("local", "types", "--json").stdout)
    recorded = {name for name, kind in types.items() if kind == "recorded"}
    known = set((Path(ROOT) / "tidegen" / "local" / "recorded.txt").read_text().split())
    assert recorded <= known
