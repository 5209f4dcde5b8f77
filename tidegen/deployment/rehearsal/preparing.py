"""The stages of a rehearsal until the home region is lost: deploy, write data, dump, replicate."""

import json

from tidegen.chart.secrets import CHART_SECRETS
from tidegen.deployment.rehearsal import data
from tidegen.deployment.rehearsal.world import ASSETS, BACKUPS, TABLES, UPLOADS, World, require
from tidegen.errors import DeploymentError, Problem
from tidegen.planning.rehearsal import differences

#: S3 promises 15 minutes with replication time control.
_TRIES, _SECONDS = 120, 15.0


def deploy_prerequisites(world: World) -> str:
    """Deploy baselines and, on the engine, shared services."""
    done = world.shell.run(f"tidegen bootstrap --env {world.words.environment} --yes --json")
    return ", ".join(json.loads(done.partition("\n")[0])["deploys"])


def deploy_environment(world: World) -> str:
    """Deploy the environment in its home region."""
    world.shell.run(f"tidegen deploy --env {world.words.environment} --yes")
    return world.words.home


def seed(world: World) -> str:
    """Write uploads, assets, secrets and items, and remember them as the services return them."""
    outputs, store, written = world.outputs(world.here), world.store(world.here), world.written
    for output, objects in ((UPLOADS, data.uploads()), (ASSETS, data.assets())):
        for key, item in objects.items():
            store.put_object(outputs[output], key, item)
        written.buckets[output] = store.objects(outputs[output])
        require(differences("object", objects, written.buckets[output]))
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


def back_up(world: World) -> str:
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


def replicate(world: World) -> str:
    """Copy the objects as each bucket's replication says, which the engine does not do itself."""
    outputs, store = world.outputs(world.here), world.store(world.here)
    counts = {name: store.replicate(outputs[name]) for name in (UPLOADS, ASSETS, BACKUPS)}
    return f"{sum(counts.values())} objects, by the rules of the buckets (done by tidegen)"


def await_replicas(world: World) -> str:
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
