"""An in-memory double of the port, for what no engine does: child change sets, failed rollbacks,
operations under way, and a record of every call.

It holds one account and region. A test scripts what an operation leads to in `outcomes`: the
statuses that the stack goes through once something is executed.
"""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from tidegen.planning.changes import Action, ChangeSet, ResourceChange
from tidegen.planning.model import STACK_TYPE, StackEvent, StackResource, StackState
from tidegen.planning.secrets import StoredSecret

START = datetime(2026, 1, 1, tzinfo=UTC)
NO_CHANGES = (
    "The submitted information didn't contain changes. Submit different information to create a "
    "change set."
)


@dataclass
class Double:
    number: str = "111122223333"
    poll_seconds: float = 0.0
    stacks: dict[str, StackState] = field(default_factory=dict)
    templates: dict[str, str] = field(default_factory=dict)
    nested: dict[str, tuple[StackResource, ...]] = field(default_factory=dict)
    history: list[StackEvent] = field(default_factory=list)
    objects: dict[str, bytes] = field(default_factory=dict)
    policies: dict[str, str] = field(default_factory=dict)
    requests: dict[str, object] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    #: Statuses after an operation: stack name → the ones to go through, the last one stays.
    outcomes: dict[str, list[str]] = field(default_factory=dict)
    #: What a change set says: stack name → changes, or the reason why it failed.
    says: dict[str, "tuple[ResourceChange, ...] | str"] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    #: Secrets by name: id of the current version and text.
    secrets: dict[str, tuple[str, str]] = field(default_factory=dict)

    def __call__(self, place):
        return self

    def account(self):
        self.calls.append("account")
        return self.number

    def stack(self, name):
        self.calls.append(f"stack {name.partition('/')[2] or name}")
        found = next((s for s in self.stacks.values() if name in (s.name, s.stack_id)), None)
        if found is not None and self.outcomes.get(found.name):
            found = self._advance(found)
        return found

    def _advance(self, state):
        status = self.outcomes[state.name].pop(0)
        if status == "DELETE_COMPLETE":
            del self.stacks[state.name]
            return None
        moved = replace(state, status=status)
        self.stacks[state.name] = moved
        self.record(moved.stack_id, state.name, moved.stack_id, STACK_TYPE, status)
        return moved

    def add(self, name, status="CREATE_COMPLETE", **kw):
        state = StackState(name, f"arn:aws:cloudformation:x:1:stack/{name}/1", status, **kw)
        self.stacks[name] = state
        return state

    def record(self, stack_id, logical_id, physical_id, kind, status, reason=""):
        count = len(self.history)
        time = START + timedelta(seconds=count)
        self.history.append(
            StackEvent(str(count), stack_id, logical_id, physical_id, kind, status, time, reason)
        )

    def project_stacks(self, project):
        own = [s for s in self.stacks.values() if s.tags.get("project") == project]
        return tuple(sorted(own, key=lambda stack: stack.name))

    def resources(self, stack):
        return self.nested.get(stack, ())

    def events(self, stack, since):
        return tuple(
            event
            for event in self.history
            if event.stack_id == stack and (since is None or event.time >= since)
        )

    def template(self, stack):
        return self.templates.get(stack, "")

    def create_change_set(self, request):
        self.calls.append(f"create_change_set {request.kind} {request.stack_name}")
        if request.stack_name not in self.stacks:
            self.add(request.stack_name, "REVIEW_IN_PROGRESS")
        self.requests[request.name] = request
        return request.name

    def change_set(self, change_set_id):
        request = self.requests[change_set_id]
        stack_id = self.stacks[request.stack_name].stack_id
        said = self.says.get(request.stack_name, ())
        if isinstance(said, str):
            return ChangeSet(change_set_id, stack_id, "FAILED", "UNAVAILABLE", said)
        return ChangeSet(change_set_id, stack_id, "CREATE_COMPLETE", "AVAILABLE", "", said)

    def change_set_problems(self, change_set_id):
        return self.problems

    def delete_change_set(self, change_set_id):
        self.calls.append("delete_change_set")

    def execute_change_set(self, change_set_id):
        request = self.requests[change_set_id]
        self.calls.append(f"execute {request.stack_name}")
        state = self.stacks[request.stack_name]
        outputs = {**self.outputs, "Digest": request.parameters["Digest"]}
        self.stacks[request.stack_name] = replace(
            state, outputs=outputs, parameters=request.parameters
        )
        verb = "CREATE" if request.kind == "CREATE" else "UPDATE"
        self.outcomes.setdefault(request.stack_name, [f"{verb}_IN_PROGRESS", f"{verb}_COMPLETE"])

    def continue_rollback(self, stack, service_role, skip=()):
        self.calls.append(" ".join(["continue_rollback", *skip]))

    def delete_stack(self, stack, service_role):
        self.calls.append("delete_stack")
        name = stack.split("/")[1]
        if self.stacks[name].status == "REVIEW_IN_PROGRESS":
            del self.stacks[name]

    def object_exists(self, bucket, key):
        return key in self.objects

    def put_object(self, bucket, key, content):
        self.calls.append("put_object")
        self.objects[key] = content

    def object_url(self, bucket, key):
        return f"https://s3.eu-central-1.amazonaws.com/{bucket}/{key}"

    def set_termination_protection(self, stack, *, enabled):
        self.calls.append("set_termination_protection")
        name = stack.split("/")[1]
        self.stacks[name] = replace(self.stacks[name], protected=enabled)

    def stack_policy(self, stack):
        return self.policies.get(stack)

    def set_stack_policy(self, stack, policy):
        json.loads(policy)
        self.calls.append(f"set_stack_policy {stack.split('/')[1]}")
        self.policies[stack] = policy

    def secret(self, secret_id):
        found = self.secrets.get(secret_id)
        return StoredSecret(*found) if found else None

    def put_secret(self, secret_id, text, version):
        self.calls.append(f"put_secret {secret_id}")
        self.secrets[secret_id] = (version, text)

    def secret_versions(self, prefix):
        self.calls.append("secret_versions")
        return {name: v for name, (v, _) in self.secrets.items() if name.startswith(prefix)}


def nested_change(logical_id, *children):
    return ResourceChange(logical_id, STACK_TYPE, Action.MODIFY, children=children)
