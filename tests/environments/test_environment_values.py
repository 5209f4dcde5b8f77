"""Parameter strings: every field of the catalogue, for each of its scopes."""

import pytest

from tidegen.contract import Scope, field_catalogue
from tidegen.environments import load_all, parameter_values
from tidegen.errors import InputError

FILE_OF_SCOPE = {
    Scope.IDENTITY: "account-production",
    Scope.BOOTSTRAP: "account-production",
    Scope.ACCOUNT: "account-production-recovery",
    Scope.ACCESS: "production",
    Scope.RECOVERY: "production",
    Scope.ENVIRONMENT: "production",
    Scope.SHARED: "shared-production",
}


@pytest.fixture
def files(examples):
    return {file.name: file for file in load_all(examples)}


@pytest.fixture
def values(files):
    return lambda name, scope: parameter_values(files[name], scope, files.values())


@pytest.mark.parametrize("scope", list(Scope))
def test_every_catalogue_field_is_provided_for_its_scopes_and_nothing_else(values, scope):
    parameters = values(FILE_OF_SCOPE[scope], scope)
    assert set(parameters) == {
        name for name, entry in field_catalogue().items() if scope in entry.scopes
    }
    for name, value in parameters.items():
        assert isinstance(value, str)
        assert value or field_catalogue()[name].description.endswith(", or empty"), name


def test_subnets_follow_the_address_plan(values):
    parameters = values("production", Scope.ENVIRONMENT)
    assert parameters["network.public_subnets"] == "10.64.0.0/22,10.64.4.0/22,10.64.8.0/22"
    assert parameters["network.data_subnets"] == "10.64.16.0/22,10.64.20.0/22,10.64.24.0/22"
    assert parameters["network.private_subnets"] == "10.64.64.0/18,10.64.128.0/18,10.64.192.0/18"


def test_each_administrator_has_a_parameter(values):
    parameters = values("production", Scope.ENVIRONMENT)
    role = "arn:aws:iam::111122223333:role/ClusterAdministrators"
    assert [parameters[f"cluster.administrator_{n}"] for n in (1, 2, 3)] == [role, "", ""]


@pytest.mark.parametrize(
    ("type_", "kind"),
    [
        *((t, "AL2023_x86_64_STANDARD") for t in ("m7i.large", "m7i-flex.large", "g4dn.xlarge")),
        *((t, "AL2023_ARM_64_STANDARD") for t in ("m7g.large", "r8gd.large", "im4gn.large")),
    ],
)
def test_the_kind_of_node_image_follows_the_instance_types(examples, change, type_, kind):
    change("production", "[m7i.2xlarge]", f"[{type_}]")
    files = {file.name: file for file in load_all(examples)}
    parameters = parameter_values(files["production"], Scope.ENVIRONMENT, files.values())
    assert parameters["cluster.ami_type"] == kind


def test_zones_have_a_parameter_each(examples, change):
    wanted = ["us-west-2c", "us-west-2a", "us-west-2b"]
    change("production", "[us-west-2a, us-west-2b, us-west-2c]", f"[{', '.join(wanted)}]")
    files = {file.name: file for file in load_all(examples)}
    parameters = parameter_values(files["production"], Scope.ENVIRONMENT, files.values())
    assert [parameters[f"network.zone_{n}"] for n in (1, 2, 3)] == wanted


def test_kinds_of_value_become_strings(values):
    parameters = values("development", Scope.ENVIRONMENT)
    assert parameters["protected"] == "false"
    assert parameters["cluster.min_nodes"] == "2"
    assert parameters["recovery.region"] == ""
    assert parameters["domain"] == "development.tidepool.example"
    assert parameters["private_domain"] == "internal.development.tidepool.example"


def test_recovery_takes_its_values_from_the_environment(values):
    parameters = values("production", Scope.RECOVERY)
    assert parameters["source.region"] == "us-west-2"
    assert parameters["retention.lock_mode"] == "COMPLIANCE"


def test_shared_services_admit_the_accounts_of_the_environments_that_name_them(files, values):
    parameters = values("shared-nonproduction", Scope.SHARED)
    assert parameters["shared.allowed_accounts"] == "arn:aws:iam::444455556666:root"


def test_unused_shared_services_admit_no_account(files):
    parameters = parameter_values(files["shared-production"], Scope.SHARED, [files["staging"]])
    assert parameters["shared.allowed_accounts"] == ""


@pytest.mark.parametrize(
    ("region", "prefix"),
    [
        ("cn-north-1", "arn:aws-cn:"),
        ("us-gov-west-1", "arn:aws-us-gov:"),
        ("eu-west-1", "arn:aws:"),
    ],
)
def test_arns_have_the_partition_of_the_region(files, region, prefix):
    moved = files["production"].model_copy(update={"region": region})
    parameters = parameter_values(files["shared-production"], Scope.SHARED, [moved])
    assert parameters["shared.allowed_accounts"] == f"{prefix}iam::111122223333:root"


@pytest.mark.parametrize(
    ("name", "scope"),
    [
        ("staging", Scope.RECOVERY),
        ("staging", Scope.SHARED),
        ("account-production", Scope.ENVIRONMENT),
        ("shared-production", Scope.RECOVERY),
    ],
)
def test_a_root_that_the_file_does_not_have_is_refused(values, name, scope):
    with pytest.raises(InputError, match=f"has no {scope} root"):
        values(name, scope)


#: GitHub docs, "OpenID Connect reference", Immutable subject claims: the syntax is
#: `repo:OWNER@OWNER-ID/REPO@REPO-ID:ref:refs/heads/BRANCH`, and this its example.
DOCUMENTED = "repo:octo-org@123456/octo-repo@456789:ref:refs/heads/main"


def test_a_repository_is_named_as_in_githubs_tokens(examples, change):
    ids = "owner_id: 123456, repository_id: 456789"
    change("staging", f"tidepool-org/platform, {ids}", f"octo-org/octo-repo, {ids}")
    (file,) = (file for file in load_all(examples) if file.name == "staging")
    subject = parameter_values(file, Scope.ACCESS, [])["ci.subject"]
    assert DOCUMENTED.startswith(f"repo:{subject}:")


def test_a_subject_without_ids_is_asked_for(examples, change):
    for path in (examples / "environments").glob("*.yaml"):
        change(path.stem, "owner_id: 123456, repository_id: 456789", "classic_subject: true")
    for file in load_all(examples):
        assert file.ci.subject == "tidepool-org/platform"
