"""One account on the local engine, with faults on the wire to it."""

import time
from dataclasses import replace

from tiny_project import REGION, VALUES, Project, entry, network
from wire import Killed, Wire

from tests.targets import target_of
from tidegen.contract import Scope
from tidegen.deployment.destroy import destroy_plan, execute_destroy
from tidegen.deployment.executor import execute
from tidegen.deployment.imports.moving import execute_moves, planned_moves
from tidegen.deployment.imports.run import execute_import
from tidegen.deployment.reading.imports import import_plan
from tidegen.deployment.reading.planner import build_plan
from tidegen.planning.model import Place

NUMBER = "111122223333"
_READS = ("Describe", "Get", "List", "Head")


def pause(seconds):
    time.sleep(0.004)  # the tiny project needs no more


class World:
    """One account on the engine, in which each attempt has a separate environment."""

    def __init__(self, folder):
        self.wire = Wire()
        self.folder = folder
        self.cloud = self.wire(Place(NUMBER, REGION))
        project = self.project("account")
        self.deploy(
            project,
            target_of("account", Scope.ACCOUNT, account=NUMBER, region=REGION),
        )
        self.bucket = self.cloud.stack("tide-bootstrap").outputs["ArtifactsBucketName"]

    def project(self, name):
        folder = self.folder / name
        folder.mkdir()
        project = Project(folder)
        project.nested("environment", {"Network": network(name), "Entry": entry()})
        return project

    def target(self, name, *, protected):
        target = target_of(name, account=NUMBER, region=REGION)
        return replace(target, protected=protected)

    def deploy(self, project, target, allowed=(), plan=None, **callbacks):
        """Deploy `plan`, or a new one; `approve` and `emit` can run another operator's command."""
        plan = plan or self.plan(project, target)
        given = {"approve": lambda shown: True, **callbacks}
        return execute(plan, self.wire, allowed=allowed, pause=pause, **given)

    def plan(self, project, target, values=VALUES):
        return build_plan(target, values, project.release, self.wire)

    def bring_in(self, project, target, requested):
        """Import the requested resources; path → identifier."""
        plan = self.plan(project, target)
        imports = import_plan(plan, requested, self.wire)
        execute_import(plan, imports, self.wire, pause=pause)

    def move(self, project, target, asked):
        """Execute the requested moves, then deploy."""
        plan = self.plan(project, target)
        moves = planned_moves(plan, asked, self.wire)
        execute_moves(plan, moves, self.wire, pause=pause)
        return self.deploy(project, target)

    def destroy(self, target):
        execute_destroy(destroy_plan(target, self.wire), self.wire, pause=pause)

    def harmed(self, harm, n, command, arguments, only=""):
        """Run `command` with the fault at call `n`; return the operation at which it was killed."""
        self.wire.arm(harm, n, only=only)
        try:
            command(*arguments)
        except Killed:
            return self.wire.calls[-1]
        finally:
            self.wire.revive()
        return ""

    def third(self, command, *arguments):
        """Run `command` once more; return its calls that write: none are expected."""
        self.wire.revive()
        command(*arguments)
        return [call for call in self.wire.calls if not call.startswith(_READS)]
