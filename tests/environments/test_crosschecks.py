"""Checks between files."""

from ipaddress import IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegen.environments import example_files, load_all
from tidegen.environments.crosschecks import conflicts_between

SHARED = "shared: shared-production"
RECOVERY = "{region: us-east-2"


def copy(examples, name, new, *replacements):
    folder = examples / "environments"
    text = (folder / f"{name}.yaml").read_text()
    for old, value in [(f"\nname: {name}", f"\nname: {new}"), *replacements]:
        assert old in text
        text = text.replace(old, value)
    (folder / f"{new}.yaml").write_text(text)


def test_the_examples_contradict_nothing(examples):
    assert len(load_all(examples)) == 8


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        ("staging", "10.48.0.0", "10.16.0.0", "overlaps network.cidr of development, 10.16.0.0/16"),
        ("staging", "10.48.0.0", "10.72.0.0", "overlaps recovery.cidr of production, 10.72.0.0/16"),
        ("production", "10.72.0.0", "10.64.0.0", "overlaps network.cidr of production"),
        ("production", SHARED, "shared: shared-prodction", "did you mean shared-production?"),
        ("production", SHARED, "shared: staging", "shared: is not a file of scope shared, staging"),
        ("production", SHARED, "shared: shared-nonproduction", "shared: is of another class"),
        ("shared-production", "project: tidepool", "project: tide", "shared: is of project tide"),
        ("production", RECOVERY, "{region: eu-west-1", "recovery.region: has no account file"),
        (
            "account-production",
            RECOVERY,
            "{region: eu-west-1",
            "recovery.region: has no account file",
        ),
        (
            "account-production",
            RECOVERY,
            "{region: us-west-2",
            "recovery.region: is the account file",
        ),
        (
            "account-production",
            RECOVERY,
            "{region: cn-north-1",
            "recovery.region: is in another part",
        ),
        ("staging", "us-west-2", "eu-west-1", "region: has no account file, 4444"),
        ("account-production-recovery", "home_region: false", "home_region: true", "is true in"),
        ("account-production", "home_region: true", "home_region: false", "is true in no file"),
        (
            "staging",
            "_id: 456789",
            "_id: 456788",
            "ci: is tidepool-org@123456/platform@456788, and",
        ),
    ],
)
def test_a_contradiction_is_reported(change, problems, name, old, new, expected):
    change(name, old, new)
    messages = problems()
    assert expected in "\n".join(messages)
    assert all(text.startswith("environments/") and ";" in text for text in messages)


def test_an_overlap_is_reported_in_both_files(examples, problems):
    """No file knows which one is new."""
    copy(examples, "production", "another", ("cidr: 10.72.0.0", "cidr: 10.73.0.0"))
    overlaps = [text for text in problems() if "overlaps" in text]
    assert [text.partition(":")[0] for text in overlaps] == [
        "environments/another.yaml",
        "environments/production.yaml",
    ]


def test_another_project_than_the_account_file_is_named(change, problems):
    line = change("development", "project: tidepool", "project: tidepol")
    assert (
        f"environments/development.yaml:{line}: project: is not that of account-nonproduction, its "
        "account file, tidepol; write tidepool, or add an account file of tidepol"
    ) in problems()
    assert not any("has no account file" in text for text in problems())


def test_a_file_with_other_problems_is_compared_with_the_others(change, problems):
    change("staging", "10.48.0.0", "10.16.0.0")
    change("staging", "nat_gateways: 3", "nat_gateways: 9")
    text = "\n".join(problems())
    assert "staging.yaml:28: network.cidr: overlaps network.cidr of development" in text
    assert "network.nat_gateways: is too large" in text


def test_a_broken_environment_hides_no_missing_account_file(change, problems):
    change("staging", "us-west-2", "eu-west-1")
    change("development", "nat_gateways: 1", "nat_gateways: 9")
    text = "\n".join(problems())
    assert "staging.yaml" in text
    assert "has no account file, 444455556666 in eu-west-1" in text


def test_a_list_of_accounts_that_no_parameter_holds_is_refused(examples):
    """CloudFormation quotas: "Parameter values: 4,096 bytes"."""
    files = load_all(examples)
    (shared,) = (file for file in files if file.name == "shared-nonproduction")
    (user,) = (file for file in files if file.name == "development")
    for count, refused in ((120, False), (150, True)):
        users = [
            user.model_copy(update={"name": f"dev{number}", "account": f"{number:012}"})
            for number in range(count)
        ]
        certain, _ = conflicts_between([shared, *users])
        texts = [item.message for item in certain if item.file is shared]
        assert any("from 150 accounts, whose list has " in text for text in texts) is refused


def test_shared_services_are_in_the_same_region(change, problems):
    change("shared-production", "us-west-2", "us-east-2")
    assert [text.split(": ", 1)[1] for text in problems()] == [
        "shared: is in us-east-2, shared-production; use one in us-west-2"
    ]


@pytest.mark.parametrize(
    ("account", "zones", "reported"),
    [
        ("111122223333", "abd", True),
        ("111122223333", "cba", False),
        ("999999999999", "abd", False),
    ],
    ids=["other zones", "same zones", "names of another account"],
)
def test_an_environment_is_in_the_zones_of_its_shared_services(examples, account, zones, reported):
    environment, shared = (
        next(file for file in load_all(examples) if file.name == name)
        for name in ("production", "shared-production")
    )
    mine, theirs = (
        file.network.model_copy(update={"zones": [f"us-west-2{letter}" for letter in letters]})
        for file, letters in ((environment, zones), (shared, "abc"))
    )
    files = [
        environment.model_copy(update={"network": mine, "account": account}),
        shared.model_copy(update={"network": theirs}),
    ]
    messages = [str(item.problem(examples)) for item in conflicts_between(files)[0]]
    assert any("is in other zones, us-west-2a" in text for text in messages) is reported


def test_a_baseline_has_one_owner(examples, problems):
    not_home = ("home_region: true", "home_region: false")
    copy(examples, "account-production", "account-second", not_home)
    messages = problems()
    assert len(messages) == 1
    assert "region: is that of account-production too, 111122223333 in us-west-2" in messages[0]


def test_a_name_that_roles_of_another_environment_would_reach_is_refused(examples, problems):
    copy(examples, "staging", "staging-two", ("10.48.0.0", "10.49.0.0"))
    assert "name: begins with staging-, whose roles would reach it" in problems()[0]


def test_nothing_is_reported_missing_while_a_file_cannot_be_read(change, problems):
    change("account-nonproduction", "scope: account", "scope: acount")
    change("shared-nonproduction", "scope: shared", "scope: shred")
    assert len(problems()) == 2


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    (folder / "environments").mkdir()
    for name, content in example_files("tidepool").items():
        (folder / "environments" / name).write_bytes(content)
    return folder, {file.name: file for file in load_all(folder)}


def with_range(file, part, cidr):
    return file.model_copy(update={part: getattr(file, part).model_copy(update={"cidr": cidr})})


def test_projects_have_separate_address_plans(files):
    _, named = files
    other = with_range(named["staging"], "network", named["development"].network.cidr)
    other = other.model_copy(update={"project": "other"})
    certain, _ = conflicts_between([named["development"], other])
    assert [item for item in certain if item.keys[-1] == "cidr"] == []


def test_two_files_cannot_have_the_same_stack_names(files):
    folder, named = files
    twin = with_range(named["staging"], "network", "10.1.0.0/16")
    contradictions, _ = conflicts_between([named["staging"], twin])
    problem = contradictions[0].problem(folder)
    assert "name: gives the same stack names as staging.yaml" in str(problem)


RANGES = st.integers(0, 255).flatmap(
    lambda second: st.sampled_from([f"10.{second}.0.0/16", f"10.{second % 4}.0.0/16"])
)


@given(first=RANGES, second=RANGES, reserved=RANGES)
def test_overlap_is_found_exactly_where_ranges_overlap(files, first, second, reserved):
    _, named = files
    one = with_range(with_range(named["production"], "network", first), "recovery", reserved)
    two = with_range(named["staging"], "network", second)
    contradictions = [i for i in conflicts_between([one, two])[0] if i.keys[-1] == "cidr"]
    a, b, c = map(IPv4Network, (first, reserved, second))
    assert bool(contradictions) == (a.overlaps(b) or a.overlaps(c) or b.overlaps(c))
