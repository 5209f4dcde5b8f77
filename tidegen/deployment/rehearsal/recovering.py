"""The stages of a rehearsal after the home region is lost: bring the data back, and compare it."""

from datetime import UTC, datetime

from tidegen.deployment.rehearsal.world import ASSETS, UPLOADS, World, require
from tidegen.errors import DeploymentError, Problem
from tidegen.planning.recovery.steps import Words
from tidegen.planning.rehearsal import differences


def change_file(world: World) -> str:
    """Edit the file as the runbook does, and require that it is the restored one."""
    world.shell.run(world.steps["file"].commands)
    if not world.is_restored_file():
        where = f"environments/{world.words.environment}.yaml"
        text = "is not the file of the recovery region after the runbook's edit; edit it by hand"
        raise DeploymentError(Problem(where, text))
    return f"region: {world.words.region}"


def restore_tables(world: World) -> str:
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


def copy_uploads(world: World) -> str:
    """Copy uploads and assets from their replicas within the region, one call an object."""
    outputs, count = world.outputs(world.there), 0
    for output, purpose in ((UPLOADS, "uploads"), (ASSETS, "assets")):
        replica = _replica(world.words, purpose)
        count += world.store(world.there).copy_objects(replica, outputs[output])
    return f"{count} objects, each by CopyObject, as S3 Batch Operations does"


def _replica(words: Words, purpose: str) -> str:
    """Return the name of a bucket's replica, which the engine and AWS have in the other region."""
    return f"{words.project}-{words.environment}-{purpose}-dr-{words.region}-{words.account}"


def restore_database(world: World) -> str:
    """Restore the dump with the deployed program, into the new member, from the replica."""
    words, member = world.words, world.member(world.there)
    template = world.physical_id(world.there, "Database", "Member1LaunchTemplate")
    member.install(world.store(world.there).user_data(template))
    replica = _replica(words, "backups")
    confirmation = f"{words.environment}-{datetime.now(UTC):%Y%m%d}"
    member.run("restore.sh", world.written.dump, confirmation, RESTORE_BUCKET=replica)
    if member.data != world.written.database:
        raise DeploymentError(Problem("restore.sh", "restored other bytes than were dumped"))
    return f"{len(member.data):,} bytes, the same as before"


#: In place of AWS Backup, of which the engine has no recovery points; all else is the AWS CLI.
_WITH_POINT = """\
aws() {{
  case "$1 $2" in
    "backup list-recovery-points-by-backup-vault") echo "{arn}" ;;
    *) command aws "$@" ;;
  esac
}}
"""


def replace_volumes(world: World) -> str:
    """Replace the volumes by copies of a snapshot, with the commands of the runbook."""
    region, written = world.words.region, world.written
    written.volumes = _volumes(world)
    made = f"aws ec2 create-snapshot --region {region} --volume-id {written.volumes[0]}"
    written.snapshot = world.shell.run(f"{made} --query SnapshotId --output text").strip()
    point = _WITH_POINT.format(arn=f"arn:aws:ec2:{region}::snapshot/{written.snapshot}")
    shown = world.shell.run(point + world.steps["database"].commands)
    kept = [volume for volume in written.volumes if f"{volume}, which is kept" in shown]
    if set(_volumes(world)) & set(written.volumes) or len(kept) < len(written.volumes):
        raise DeploymentError(Problem("volumes", "were not all replaced and kept"))
    return (
        f"{len(kept)} volumes, of a snapshot in place of AWS Backup's; the commands of the runbook"
    )


def _volumes(world: World) -> tuple[str, ...]:
    """Return the volumes of the members in the recovery region."""
    from tidegen.concerns.database import MEMBERS

    return tuple(
        world.physical_id(world.there, "Database", f"Member{number}Volume") for number in MEMBERS
    )


def compare(world: World) -> str:
    """Compare all data with what was written, byte by byte."""
    outputs, store = world.outputs(world.there), world.store(world.there)
    lines: list[str] = []
    for table, copy in world.written.tables.items():
        now = store.table(outputs[f"{table}Name"]).items
        lines += differences(table, copy.items, now)
    require(lines)
    return f"items, {compare_objects(world)}"


def compare_objects(world: World) -> str:
    """Compare uploads, assets and secrets with what was written."""
    outputs, store, written = world.outputs(world.there), world.store(world.there), world.written
    lines: list[str] = []
    for output, objects in written.buckets.items():
        lines += differences(output, objects, store.objects(outputs[output]))
    cloud = world.cloud(world.there)
    stored = {name: cloud.secret(name) for name in written.secrets}
    texts = {name: item.text for name, item in stored.items() if item}
    lines += differences("secret", written.secrets, texts)
    require(lines)
    return "uploads, assets and secrets are the same as before"
