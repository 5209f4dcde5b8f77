"""Change sets: made from a step, after what they need is uploaded."""

import secrets

from tidegen.deployment.run import Run
from tidegen.deployment.uploads import upload_missing
from tidegen.planning.changes import ChangeSet, ChangeSetRequest
from tidegen.planning.digest import DIGEST
from tidegen.planning.model import ResolvedStep
from tidegen.planning.states import NextAction

_CREATING = ("CREATE_PENDING", "CREATE_IN_PROGRESS")


def make_change_set(run: Run, step: ResolvedStep, kind: NextAction) -> ChangeSet:
    """Upload what is missing and make a change set; it is ready, or it says why it failed."""
    url = upload_missing(run, step)
    request = ChangeSetRequest(
        step.stack_name,
        # A name of its own each time: a deploy that was killed cannot be in the way.
        f"tidegen-{step.parameters[DIGEST][:12]}-{secrets.token_hex(4)}",
        "CREATE" if kind is NextAction.CREATE else "UPDATE",
        step.parameters,
        step.tags,
        None if url else step.template.content.decode(),
        url,
        step.service_role,
    )
    change_set_id = run.cloud.create_change_set(request)
    while True:
        made = run.cloud.change_set(change_set_id)
        if made.status not in _CREATING:
            return made
        run.pause(run.cloud.poll_seconds)
