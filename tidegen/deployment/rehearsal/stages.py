"""The stages of a rehearsal on the local engine, in order. Each returns what it did."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from tidegen.chart.secrets import CHART_SECRETS
from tidegen.deployment.rehearsal import data
from tidegen.deployment.rehearsal.world import ASSETS, BACKUPS, TABLES, UPLOADS, World
from tidegen.errors import DeploymentError, Problem
from tidegen.planning.rehearsal import differences

#: S3 promises 15 minutes with replication time control.
_TRIES, _SECONDS = 120, 15.0
Act = Callable[[World], str]


class NotRehearsedError(Exception):
    """A stage that cannot be done here; the text says why."""


@dataclass(frozen=True)
class Stage:
    """One stage: its slug, its title, and the function that does it."""

    slug: str
    title: str
    act: Act


def _skipped(why: str) -> Act:
    def act(_: World) -> str:
        raise NotRehearsedError(why)

    return act


def _prerequisites(world: World) -> str:
    done = world.shell.run(f"tidegen bootstrap --env {world.words.environment} --yes --json")
    return ", ".join(json.loads(done.partition("\n")[0])["deploys"])


def _environment(world: World) -> str:
    world.shell.run(f"tidegen deploy --env {world.words.environment} --yes")
    return world.words.home


def _seed_objects(world: World) -> str:
    """Write uploads, assets, secrets and items, and remember them as the services return them."""
    outputs, store, written = world.outputs(world.here), world.store(world.here), world.written
    for output, objects in ((UPLOADS, data.uploads()), (ASSETS, data.assets())):
        for key, item in objects.items():
            store.put_object(outputs[output], key, item)
        written.buckets[output] = store.objects(outputs[output])
        _require(differences("object", objects, written.buckets[output]))
    for table in TABLES:
        name = outputs[f"{table}Name"]
        store.put_items(name, data.items(store.table(name).schema))
        written.tables[table] = store.table(name)
    _seed_secrets(world)
    size = sum(len(item.content) for item in written.buckets[UPLOADS].values())
    items = sum(len(copy.items) for copy in written.tables.values())
    return f"uploads of {size:,} bytes, {items} items, {len(written.secrets)} secrets"


def _seed_secrets(world: World) -> None:
    cloud = world.cloud(world.here)
    for name in CHART_SECRETS:
        secret_id = f"/{world.words.project}/{world.words.environment}/{name}"
        world.written.secrets[secret_id] = data.secret(name)
        version = f"rehearsal-{name}".ljust(32, "-")
        cloud.put_secret(secret_id, data.secret(name), version)


def _back_up(world: World) -> str:
    """Let the deployed program dump the database into the bucket of the backups."""
    member = world.member(world.here)
    template = world.physical_id(world.here, "Database", "Member1LaunchTemplate")
    member.install(world.store(world.here).user_data(template))
    member.data = world.written.database = data.database()
    member.run("backup.sh")
    kept = world.store(world.here).objects(world.outputs(world.here)[BACKUPS])
    manifests = sorted(key for key in kept if key.endswith("/manifest.json"))
    if not manifests:
        raise DeploymentError(Problem("backup.sh", "ended without a manifest"))
    world.written.dump = manifests[-1].removesuffix("/manifest.json")
    size = len(kept[f"{world.written.dump}/dump.archive.gz"].content)
    return f"{world.written.dump}, {size:,} bytes"


def _replicate(world: World) -> str:
    """Copy the objects as each bucket's replication says, which the engine does not do itself."""
    outputs, store = world.outputs(world.here), world.store(world.here)
    counts = {name: store.replicate(outputs[name]) for name in (UPLOADS, ASSETS, BACKUPS)}
    return f"{sum(counts.values())} objects, by the rules of the buckets (done by tidegen)"


def _await_replicas(world: World) -> str:
    """Wait until S3 has replicated the uploads and assets."""
    outputs, here, there = world.outputs(world.here), world.here, world.there
    for output in (UPLOADS, ASSETS):
        replica = world.store(here).replica(outputs[output])
        wanted = set(world.written.buckets[output])
        for _ in range(_TRIES):
            missing = wanted - set(world.store(there).keys(replica))
            if not missing:
                break
            world.pause(_SECONDS)
        else:
            text = f"has not got {len(missing)} objects after {_TRIES * _SECONDS // 60:g} minutes"
            raise DeploymentError(Problem(replica, text))
    return "all uploads and assets, by S3"


def _lose(world: World) -> str:
    world.lose()
    return f"every call to {world.words.home} is refused"


def _plan(world: World) -> str:
    """Read the plan of the recovery, without the home region."""
    name = world.words.environment
    world.shell.run(f"tidegen recovery plan --env {name} --json > plan.json || [ $? -lt 2 ]")
    return "'tidegen recovery plan' reads the recovery region only"


def _file(world: World) -> str:
    world.shell.run(world.steps["file"].commands)
    if not world.is_restored_file():
        where = f"environments/{world.words.environment}.yaml"
        text = "is not the file of the recovery region after the runbook's edit; edit it by hand"
        raise DeploymentError(Problem(where, text))
    return f"region: {world.words.region}"


def _runbook(slug: str) -> Act:
    """Return a stage that runs the commands of a step of the recovery."""

    def act(world: World) -> str:
        world.shell.run(world.steps[slug].commands)
        return "the commands of the runbook"

    return act


def _tables(world: World) -> str:
    """Create the tables with their items, as AWS Backup restores them, and import them."""
    words, store = world.words, world.store(world.there)
    imports = []
    for table, copy in world.written.tables.items():
        name = f"{words.project}-{words.environment}-{table.removesuffix('Table').lower()}"
        arn = store.create_table(name, copy)
        tags = f"Key=project,Value={words.project} Key=environment,Value={words.environment}"
        world.shell.run(
            f"aws dynamodb tag-resource --region {words.region} --resource-arn {arn} --tags {tags}"
        )
        imports.append(f"Metrics/{table}={name}")
    world.shell.run(f"tidegen import --env {words.environment} {' '.join(imports)}")
    return "restored by tidegen in place of AWS Backup, imported as the runbook does"


def _uploads(world: World) -> str:
    """Copy uploads and assets from their replicas within the region, one call an object."""
    words, outputs, count = world.words, world.outputs(world.there), 0
    for output, purpose in ((UPLOADS, "uploads-dr"), (ASSETS, "assets-dr")):
        replica = f"{words.project}-{words.environment}-{purpose}-{words.region}-{words.account}"
        count += world.store(world.there).copy_objects(replica, outputs[output])
    return f"{count} objects, each by CopyObject, as S3 Batch Operations does"


def _database(world: World) -> str:
    """Restore the dump with the deployed program, into the new member, from the replica."""
    words, member = world.words, world.member(world.there)
    template = world.physical_id(world.there, "Database", "Member1LaunchTemplate")
    member.install(world.store(world.there).user_data(template))
    replica = f"{words.project}-{words.environment}-backups-dr-{words.region}-{words.account}"
    confirmation = f"{words.environment}-{datetime.now(UTC):%Y%m%d}"
    member.run("restore.sh", world.written.dump, confirmation, RESTORE_BUCKET=replica)
    if member.data != world.written.database:
        raise DeploymentError(Problem("restore.sh", "restored other bytes than were dumped"))
    return f"{len(member.data):,} bytes, the same as before"


def _compare(world: World) -> str:
    """Compare all data with what was written, byte by byte."""
    outputs, store = world.outputs(world.there), world.store(world.there)
    lines: list[str] = []
    for table, copy in world.written.tables.items():
        now = store.table(outputs[f"{table}Name"]).items
        lines += differences(table, copy.items, now)
    _require(lines)
    return f"items, {_compare_objects(world)}"


def _compare_objects(world: World) -> str:
    """Compare uploads, assets and secrets with what was written."""
    outputs, store, written = world.outputs(world.there), world.store(world.there), world.written
    lines: list[str] = []
    for output, objects in written.buckets.items():
        lines += differences(output, objects, store.objects(outputs[output]))
    cloud = world.cloud(world.there)
    stored = {name: cloud.secret(name) for name in written.secrets}
    texts = {name: item.text for name, item in stored.items() if item}
    lines += differences("secret", written.secrets, texts)
    _require(lines)
    return "uploads, assets and secrets are the same as before"


def _require(lines: Iterable[str]) -> None:
    """Raise DeploymentError with the first differences, if there are any."""
    problems = list(lines)
    if problems:
        more = f"; and {len(problems) - 1} more" if len(problems) > 1 else ""
        raise DeploymentError(Problem("data", f"{problems[0]}{more}"))


def _calls(world: World) -> str:
    refused = world.refused()
    if refused:
        text = f"was called {len(refused)} times after its loss: {refused[0]}"
        raise DeploymentError(Problem(world.words.home, text))
    return f"no command called {world.words.home} after its loss"


def _remove(world: World) -> str:
    """Delete both environments; resources that hold state are kept by their stacks."""
    command = f"tidegen destroy --env {world.words.environment} --yes"
    world.shell.run(command)
    world.undo_edit()
    world.shell.run(command)
    return "in both regions; resources that hold state are kept (docs/runbooks/retire.md)"


def _if_known(command: str) -> Act:
    """Return a stage that asks a question about the environment, if this tidegen has it."""

    def act(world: World) -> str:
        if command not in world.commands:
            raise NotRehearsedError("this tidegen has no such command")
        world.shell.run(" ".join(("tidegen", command, "--env", world.words.environment)))
        return "yes"

    return act


ON_ENGINE = (
    Stage("prerequisites", "Baselines in both regions, and shared services", _prerequisites),
    Stage("environment", "The environment in its home region", _environment),
    Stage("seed", "Write uploads, items and secrets", _seed_objects),
    Stage("backup", "Dump the database with the deployed program", _back_up),
    Stage("replicate", "Replicate to the recovery region", _replicate),
    Stage("lose", "Lose the home region", _lose),
    Stage("plan", "Plan the recovery", _plan),
    Stage("file", "Change the file and look at the plan", _file),
    Stage("adopt", "Adopt the secrets", _runbook("adopt")),
    Stage("keep-zone", "Keep the public zone", _runbook("keep-zone")),
    Stage("tables", "Restore and import the tables", _tables),
    Stage("deploy", "Deploy in the recovery region", _runbook("deploy")),
    Stage("uploads", "Copy the uploads from their replica", _uploads),
    Stage("database", "Restore the dump with the deployed program", _database),
    Stage("points", "Volumes from recovery points", _skipped("the engine makes none")),
    Stage("compare", "Compare all data", _compare),
    Stage(
        "connection",
        "Renew the services' connection",
        _runbook("connection"),
    ),
    Stage("services", "Install the services", _skipped("the engine's clusters run no pods")),
    Stage("prove", "Prove", _if_known("prove")),
    Stage("verify", "Verify", _if_known("verify")),
    Stage("calls", "No call to the lost region", _calls),
)

_BY_HAND = "by hand: 'tidegen recovery plan' has the commands"
_ON_BOTH = {stage.slug: stage for stage in ON_ENGINE}
#: The stages on an account, whose regions answer, and whose database is a real one.
ON_ACCOUNT = (
    _ON_BOTH["environment"],
    _ON_BOTH["seed"],
    Stage("replicate", "Wait for the replicas", _await_replicas),
    Stage("lose", "Lose the home region", _skipped("a region of AWS cannot be lost at will")),
    *(_ON_BOTH[slug] for slug in ("plan", "file", "adopt", "keep-zone")),
    Stage("tables", "Restore and import the tables", _skipped(_BY_HAND)),
    _ON_BOTH["deploy"],
    _ON_BOTH["uploads"],
    Stage("database", "Restore the database", _skipped(_BY_HAND)),
    Stage("compare", "Compare the data", _compare_objects),
    _ON_BOTH["connection"],
    Stage("services", "Install the services", _skipped(_BY_HAND)),
    *(_ON_BOTH[slug] for slug in ("prove", "verify")),
)
#: Done after the others, even if one has failed.
REMOVAL = Stage("remove", "Delete the environment in both regions", _remove)
