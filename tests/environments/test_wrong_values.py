"""Each wrong value is reported once: its line, its key, the problem, the value, the remedy."""

import pytest

from tidegen.environments import load_all

FILE = "environments/production.yaml"
PROFILE = "{profile: tidepool-production}"
CRITICAL = "[oncall@tidepool.example]"
VPC = "cidr: 10.64.0.0/16"
ACCOUNT = 'account: "111122223333"'
ZONES = "zones: [us-west-2a, us-west-2b, us-west-2c]"


def zones(letters, region="us-west-2"):
    return f"zones: [{', '.join(region + letter for letter in letters)}]"


WRONG = [
    (ACCOUNT, "account: 111122223333", 'account: is not in quotes, 111122223333; write "1111'),
    (ACCOUNT, 'account: "1111"', "account: is not an account id, 1111; write"),
    ("region: us-west-2", "region: us-wset-2", "region: is not a region, us-wset-2; for example"),
    ("region: us-west-2", "region: us-west-1", "region: has no three availability zones"),
    ("{region: us-east-2,", "{region: us-west-2,", "recovery.region: is the environment's own"),
    ("{region: us-east-2,", "{region: cn-north-1,", "recovery.region: is in another partition"),
    (VPC, "cidr: 8.8.0.0/16", "network.cidr: is not a private range, 8.8.0.0/16; use a /16"),
    (VPC, "cidr: 10.64.1.0/16", "network.cidr: is not a range on its own boundary"),
    (VPC, "cidr: 10.64.0.0/20", "network.cidr: is not a /16 range, 10.64.0.0/20"),
    (VPC, "cidr: 10.999.0.0/16", "network.cidr: is not a range on its own boundary"),
    (VPC, "cidr: vpc", "network.cidr: is not an IPv4 range, vpc"),
    (VPC, "cidr: 172.17.0.0/16", "network.cidr: is the range of Docker's bridge"),
    (VPC, "cidr: 172.20.0.0/16", "network.cidr: is the range of the cluster's services"),
    ("cidr: 10.72.0.0/16", "cidr: 11.0.0.0/16", "recovery.cidr: is not a private range"),
    (ZONES, "zones: us-west-2a", "network.zones: is not a list, us-west-2a; write its"),
    (ZONES, "zones: []", "network.zones: has too few items; add at least 3"),
    (ZONES, zones("abcd"), "network.zones: has too many items; keep at most 3"),
    (ZONES, zones("aab"), "network.zones: names us-west-2a twice; name it once"),
    (ZONES, zones("a1b"), "network.zones[1]: is not the name of an availability zone, us-west-21"),
    (
        ZONES,
        zones("abc", "us-east-1"),
        "network.zones: names zones of another region than us-west",
    ),
    ("uploads: count", "uploads: log", "firewall.uploads: is not one of the choices, log"),
    ("rate: count}", "rate: off}", "firewall.rate: is not one of the choices, off"),
    ("gateways: 3", "gateways: 4", "network.nat_gateways: is too large, 4; use 3 or less"),
    ("gateways: 3", "gateways: 0", "network.nat_gateways: is too small, 0; use 1 or more"),
    ("gateways: 3", "gateways: three", "network.nat_gateways: is not a whole number, three"),
    ("gateways: 3", "gateways: true", "network.nat_gateways: is not a whole number, true"),
    ("endpoints: full", "endpoints: all", "network.endpoints: is not one of the choices, all"),
    ("protected: true ", "protected: yes ", "protected: is not true or false, yes"),
    ('version: "1.35"', "version: 1.30", 'cluster.version: is not in quotes, 1.30; write "1.30"'),
    ('version: "1.35"', 'version: "1.2"', "cluster.version: is not a version that this tidegen"),
    ("image: 1.35.3-2", "image: 1.34.1-2", "cluster.image: is not of Kubernetes 1.35"),
    ("kube_proxy: v1.35", "kube_proxy: v1.34", "cluster.addons.kube_proxy: is not of Kubernetes"),
    ("vpc_cni: v1.22.4-eksbuild.3", "vpc_cni: new", "cluster.addons.vpc_cni: is not an add-on"),
    ("[m7i.2xlarge]", "m7i.2xlarge", "cluster.instance_types: is not a list, m7i.2xlarge"),
    ("[m7i.2xlarge]", "[m7g.4large]", "cluster.instance_types[0]: is not an instance type"),
    ("[m7i.2xlarge]", "[m7g.large, m7g.large]", "cluster.instance_types: names m7g.large twice"),
    (
        "[m7i.2xlarge]",
        "[m7i.large, m7g.large]",
        "cluster.instance_types: mixes Arm (m7g.large) with other types",
    ),
    ("max_nodes: 20", "max_nodes: 5", "cluster.max_nodes: is less than min_nodes (6), 5; use 6"),
    (
        "- arn:aws:iam::111122223333:role/C",
        "- arn:aws:iam::444455556666:role/C",
        "cluster.administrators[0]: is a role of another account, arn:aws:iam::444455556666:role/",
    ),
    ("role/ClusterAdministrators", "user/jo", "cluster.administrators[0]: is not a role's ARN"),
    ("ami-0123456789abcdef0", "ami-012", "database.image: is not an image id, ami-012"),
    ("8.0.21", "8.1.0", "database.packages.version: is not a version of MongoDB 8.0, 8.1.0"),
    ("8.0.21", "8.0.16", "database.packages.version: has CVE-2025-14847, 8.0.16; use 8.0.17"),
    ("8.0.21", "8.0.9-2", "database.packages.version: has CVE-2025-14847, 8.0.9-2"),
    ('sha256: "01', 'sha256: "X1', "database.packages.sha256: is not a SHA-256, X1"),
    ("iops: 12000", "iops: 2999", "database.iops: is too small, 2999; use 3000 or more"),
    ("mibps: 500", "mibps: 2001", "database.throughput_mibps: is too large, 2001"),
    ("max_read_units: 4000", "max_read_units: 0", "metrics.max_read_units: is too small, 0"),
    ("dedicated_ips: true", "dedicated_ips: 1", "email.dedicated_ips: is not true or false, 1"),
    ("email: {dedicated_ips: true}", "email: 5", "email: is not a block of keys, 5; write its"),
    ("lock_days: 35", "lock_days: 36", "retention.lock_days: is longer than backups are kept (35)"),
    ("mode: COMPLIANCE", "mode: compliance", "retention.lock_mode: is not one of the choices"),
    (CRITICAL, "[oncall]", "contacts.critical[0]: is not an email address, oncall"),
    (CRITICAL, "[]", "contacts.critical: has too few items; add at least 1"),
    (CRITICAL, "", "contacts.critical: has no value; add one"),
    (CRITICAL, "TODO", "contacts.critical: is a placeholder, TODO; write the real value"),
    (CRITICAL, "['<mail>']", "contacts.critical[0]: is a placeholder, <mail>; write"),
    (
        "tidepool-org/platform",
        "tidepool-org/platform.git",
        "ci.repository: ends with .git, which no token names, tidepool-org/platform.git; write",
    ),
    ("tidepool-org/platform", "platform", "ci.repository: is not a repository, platform"),
    (
        ", owner_id: 123456, repository_id: 456789",
        "",
        "ci: needs owner_id and repository_id; 'gh api repos/tidepool-org/platform --jq",
    ),
    ("owner_id: 123456, ", "", "ci: needs owner_id and repository_id; 'gh api repos/"),
    ("owner_id: 123456", "owner_id: '123456'", "ci.owner_id: is not a whole number, 123456"),
    ("repository_id: 456789", "repository_id: 0", "ci.repository_id: is too small, 0; use 1 or"),
    (
        "repository_id: 456789",
        "repository_id: 456789, classic_subject: true",
        "ci: names ids and asks for a subject without them; remove one of the two",
    ),
    ("domain: tidepool.example", "domain: Tidepool", "domain: is not a domain name, Tidepool"),
    (
        "domain: tidepool.example",
        "domain: tidepool.example.",
        "domain: is not a domain name, tidepool.example.; remove the final dot",
    ),
    (
        "domain: tidepool.example",
        f"domain: {'d' * 33}.example",
        "domain: makes a certificate's name of more than 64 characters, dddddd",
    ),
    ("release: current", "release: ../x", "release: is not a release, ../x"),
    ("project: tidepool", "project: Tide_pool", "project: is not a name, Tide_pool; use lower"),
    (
        "name: production ",
        "name: prod ",
        "name: differs from the file's name, prod; write production",
    ),
    ("scope: environment", "scope: enviroment", "scope: is not a scope, enviroment; did you mean"),
    ("scope: environment", "scope: [a]", "scope: is not a scope"),
    (PROFILE, "{profile: a b}", "credentials.profile: is not a profile's name, 'a b'"),
    (
        PROFILE,
        "{role: 'arn:aws:iam::444455556666:role/x'}",
        "credentials.role: is not a role of this",
    ),
    (
        PROFILE,
        "{profile: a, role: 'arn:aws:iam::111122223333:role/x'}",
        "credentials: names a profile and a role; keep one of them",
    ),
]


@pytest.mark.parametrize(("old", "new", "expected"), WRONG)
def test_a_wrong_value_is_reported_with_its_line_and_a_remedy(change, problems, old, new, expected):
    line = change("production", old, new)
    messages = problems()
    assert len(messages) == 1, messages
    where, _, text = messages[0].partition(": ")
    assert text.startswith(expected)
    assert ";" in text
    assert where == f"{FILE}:{line}"


def test_gp3_has_at_most_500_iops_for_each_gib(change, problems):
    change("production", "volume_gib: 1000", "volume_gib: 20")
    assert "database.iops: is more than 500 for each GiB, 12000; use 10000" in problems()[0]


def test_gp3_throughput_is_at_most_a_quarter_of_its_iops(change, problems):
    change("production", "iops: 12000", "iops: 3000")
    change("production", "throughput_mibps: 500", "throughput_mibps: 751")
    assert "is more than a quarter of iops, 751; use 750 or less" in problems()[0]


def test_zones_are_written_down(change, problems):
    """Looked up at a later update, they could be others (AWS docs, Fn::GetAZs)."""
    line = change("production", f"  {ZONES}\n", "")
    (problem,) = problems()
    start = f"{FILE}:{line - 2}: network.zones: is missing; add it: Names of the three availability"
    assert problem.startswith(start)


def test_an_unknown_key_suggests_the_closest_and_a_missing_one_is_described(change, problems):
    line = change("production", "nat_gateways: 3", "nat_gatewys: 3")
    assert problems() == [
        f"{FILE}:{line - 3}: network.nat_gateways: is missing; add it: NAT gateways, 1 to 3",
        f"{FILE}:{line}: network.nat_gatewys: is not a key here; did you mean nat_gateways?",
    ]


def test_an_environment_file_has_no_key_for_values_that_may_not_differ(change, problems):
    change("production", "email: {dedicated_ips: true}", "email: {dedicated_ips: true, tls: off}")
    assert "email.tls: is not a key here; known: dedicated_ips" in problems()[0]


def test_all_problems_of_all_files_are_reported_in_the_order_of_their_lines(change, problems):
    lines = [
        change("production", "lock_days: 35", "lock_days: 40"),
        change("production", "region: us-west-2", "region: mars"),
        change("production", "iops: 12000", "iops: 1"),
    ]
    change("staging", "nat_gateways: 3", "nat_gateways: 9")
    files = [text.split(": ")[0] for text in problems()]
    assert files[:3] == [f"{FILE}:{line}" for line in sorted(lines)]
    assert files[3].startswith("environments/staging.yaml:")
    assert len(files) == 4


def renamed(examples, change, old, new):
    folder = examples / "environments"
    (folder / f"{old}.yaml").rename(folder / f"{new}.yaml")
    change(new, f"name: {old} ", f"name: {new} ")


def test_bucket_names_fit_in_the_region(examples, change, problems):
    renamed(examples, change, "staging", "staging-of-the-west")
    change("staging-of-the-west", "region: us-west-2", "region: ap-southeast-2")
    expected = "name: makes bucket names of more than 63 characters, staging-of-the-west; make"
    assert expected in "\n".join(problems())


def test_bucket_names_fit_in_the_recovery_region(change, problems):
    change("production", "project: tidepool", "project: tidepool-of-all")
    change("production", "{region: us-east-2", "{region: ap-southeast-2")
    assert "recovery.region: makes bucket names of more than 63" in "\n".join(problems())


GIVEN = ["account", "account-x", "identity", "bootstrap-2", "x-recovery", "x-access"]
#: Whose buckets an environment of that name would share, or its roles' path.
GIVEN += ["log", "log-archive", "log-intake", "config", "artifacts", "artifacts-2"]
GIVEN += ["access", "x-access-y"]
GIVEN += ["break-glass", "none"]
#: Whose role could be taken where another environment's plans run.
GIVEN += ["x-plan"]


def test_a_removed_key_suggests_no_other_key(change, problems):
    change("staging", "  backups_days:", "  logs_days: 30\n  backups_days:")
    (problem,) = problems()
    assert problem.endswith(
        "retention.logs_days: is not a key here; remove it: every environment keeps its logs for"
        " the same number of days"
    )


@pytest.mark.parametrize("name", GIVEN)
def test_a_name_that_tidegen_uses_itself_is_refused(examples, change, problems, name):
    renamed(examples, change, "staging", name)
    assert "name: is part of names that tidegen uses itself" in problems()[0]


@pytest.mark.parametrize(
    "name", ["accounts", "logs", "config2", "shared-x", "breaking", "nonesuch", "plan", "plan-b"]
)
def test_a_name_that_only_resembles_one_is_accepted(examples, change, name):
    renamed(examples, change, "staging", name)
    assert name in {file.name for file in load_all(examples)}


def test_an_address_with_an_apostrophe_is_accepted(examples, change):
    change("production", CRITICAL, """["o'brien@tidepool.example"]""")
    (file,) = (file for file in load_all(examples) if file.name == "production")
    assert file.contacts.critical == ("o'brien@tidepool.example",)


def test_the_suggested_names_and_types_are_accepted_themselves(examples, change, problems):
    """A name staging-2 would be refused next to staging, and Arm types run no chart's image."""
    change("staging", "name: staging ", "name: Staging ")
    change("production", "[m7i.2xlarge]", "[m7i]")
    texts = problems()
    suggestions = [text.rpartition("for example ")[2] for text in texts if "for example" in text]
    assert suggestions == ["m7i.large", "staging2"]
    change("production", "[m7i]", f"[{suggestions[0]}]")
    renamed(examples, change, "development", suggestions[1])
    change("staging", "name: Staging ", "name: staging ")
    assert suggestions[1] in {file.name for file in load_all(examples)}


def test_a_file_name_that_is_no_name_is_not_suggested(examples, problems):
    folder = examples / "environments"
    (folder / "development.yaml").rename(folder / "dev.eu.yaml")
    (problem,) = problems()
    expected = "name: differs from the file's name, development; rename the file, as dev.eu"
    assert problem.endswith(f"{expected} cannot be a name")
