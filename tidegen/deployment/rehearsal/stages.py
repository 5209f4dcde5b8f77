"""The stages of a rehearsal, in order: on the local engine, and in an account."""

from collections.abc import Callable
from dataclasses import dataclass

from tidegen.counting import counted
from tidegen.deployment.rehearsal.preparing import (
    await_replicas,
    back_up,
    deploy_environment,
    deploy_prerequisites,
    replicate,
    seed,
)
from tidegen.deployment.rehearsal.recovering import (
    change_file,
    compare,
    compare_objects,
    copy_uploads,
    replace_volumes,
    restore_database,
    restore_tables,
)
from tidegen.deployment.rehearsal.world import World
from tidegen.errors import DeploymentError, Problem

#: Does a stage, and returns what it did.
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


def _lose(world: World) -> str:
    world.lose()
    return f"every call to {world.words.home} is refused"


def _plan(world: World) -> str:
    """Read the plan of the recovery, without the home region."""
    name = world.words.environment
    world.shell.run(f"tidegen recovery plan --env {name} --json > plan.json || [ $? -lt 2 ]")
    return "'tidegen recovery plan' reads the recovery region only"


def _runbook(slug: str) -> Act:
    """Return a stage that runs the commands of a step of the recovery."""

    def act(world: World) -> str:
        world.shell.run(world.steps[slug].commands)
        return "the commands of the runbook"

    return act


def _calls(world: World) -> str:
    refused = world.refused()
    if refused:
        text = f"was called {counted(len(refused), 'time')} after its loss: {refused[0]}"
        raise DeploymentError(Problem(world.words.home, text))
    return f"no command called {world.words.home} after its loss"


def _remove(world: World) -> str:
    """Delete both environments; resources that hold state are kept by their stacks."""
    command = f"tidegen destroy --env {world.words.environment} --yes"
    world.shell.run(command)
    world.undo_edit()
    world.shell.run(command)
    return "in both regions; resources that hold state are kept (docs/runbooks/retire.md)"


#: Prints nothing if the answer is yes; else the exit code, and the last words.
_ASKED = "{command} > answer.txt 2>&1 || {{ echo $?; tail -n 1 answer.txt; }}"
_NOT_KNOWN = "2"


def _if_known(command: str) -> Act:
    """Return a stage that asks a question about the environment, if this tidegen has it.

    An answer that is not known, as of facts that no engine has, is not rehearsed, and not a yes.
    """

    def act(world: World) -> str:
        if command not in world.commands:
            raise NotRehearsedError("this tidegen has no such command")
        asked = " ".join(("tidegen", command, "--env", world.words.environment))
        code, _, last = world.shell.run(_ASKED.format(command=asked)).strip().partition("\n")
        if code == _NOT_KNOWN:
            raise NotRehearsedError(f"not known: {last}")
        if code:
            raise DeploymentError(Problem(asked, f"exited with {code}: {last}"))
        return "yes"

    return act


ON_ENGINE = (
    Stage("prerequisites", "Baselines in both regions, and shared services", deploy_prerequisites),
    Stage("environment", "The environment in its home region", deploy_environment),
    Stage("seed", "Write uploads, items and secrets", seed),
    Stage("backup", "Dump the database with the deployed program", back_up),
    Stage("replicate", "Replicate to the recovery region", replicate),
    Stage("lose", "Lose the home region", _lose),
    Stage("plan", "Plan the recovery", _plan),
    Stage("file", "Change the file and look at the plan", change_file),
    Stage("adopt", "Adopt the secrets", _runbook("adopt")),
    Stage("keep-zone", "Keep the public zone", _runbook("keep-zone")),
    Stage("tables", "Restore and import the tables", restore_tables),
    Stage("deploy", "Deploy in the recovery region", _runbook("deploy")),
    Stage("uploads", "Copy the uploads from their replica", copy_uploads),
    Stage("database", "Restore the dump with the deployed program", restore_database),
    Stage("points", "Volumes from a recovery point", replace_volumes),
    Stage("compare", "Compare all data", compare),
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
    Stage("replicate", "Wait for the replicas", await_replicas),
    Stage("lose", "Lose the home region", _skipped("a region of AWS cannot be lost at will")),
    *(_ON_BOTH[slug] for slug in ("plan", "file", "adopt", "keep-zone")),
    Stage("tables", "Restore and import the tables", _skipped(_BY_HAND)),
    _ON_BOTH["deploy"],
    _ON_BOTH["uploads"],
    Stage("database", "Restore the database", _skipped(_BY_HAND)),
    Stage("compare", "Compare the data", compare_objects),
    _ON_BOTH["connection"],
    Stage("services", "Install the services", _skipped(_BY_HAND)),
    *(_ON_BOTH[slug] for slug in ("prove", "verify")),
)


#: Done after the others, even if one has failed.
REMOVAL = Stage("remove", "Delete the environment in both regions", _remove)
