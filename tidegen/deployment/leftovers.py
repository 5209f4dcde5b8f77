"""Reading the leftovers of a failed creation."""

from dataclasses import replace

from tidegen.cloudformation.protection import enabled_protections
from tidegen.deployment.events import ignore
from tidegen.deployment.reading.deployed_roots import deployed_resources, deployed_root
from tidegen.deployment.run import Run
from tidegen.deployment.watch import last_operation
from tidegen.planning.leftovers import UNPROTECT, Leftovers, skipped_resources
from tidegen.planning.model import RootStep, StackState


def read_leftovers(run: Run, step: RootStep, state: StackState) -> Leftovers:
    """Return what the failed creation of a stack left.

    A rollback deletes nested stacks and skips the resources that they retain: only its events
    name these.
    """
    deployed = deployed_root(run.cloud, state.stack_id)
    skipped = skipped_resources(last_operation(replace(run, emit=ignore), state.stack_id))
    evaluated = deployed_resources(step, state, deployed.templates)
    protected = {
        path: resource
        for path, resource in deployed.resources.items()
        if resource.type in UNPROTECT
        and any(enabled_protections(resource.type, evaluated.get(path, {}).get("Properties", {})))
    }
    kept = {**skipped, **deployed.stateful()}
    return Leftovers(kept=kept, protected=protected, gone=frozenset(skipped.keys() - protected))
