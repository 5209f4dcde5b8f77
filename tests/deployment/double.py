"""An in-memory double of the port, for what no engine does: child change sets, stack policies that
are enforced, failed rollbacks, operations under way, throttling, lag, and a record of every call.

It holds one account and region and follows `double_rules`. A test may script what it likes instead:
`outcomes`, the statuses that a stack goes through once something is executed; `says`, what a change
set says; `nested`, the resources of a stack. Functions are not carried out but for `Ref`.
"""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import double_rules as rules
from double_drift import Drifts
from double_import import Imports
from double_stacks import Stacks

from tidegen.cloudformation.resources import STACK_TYPE
from tidegen.cloudformation.stateful import stateful_ids
from tidegen.errors import Problem, RefusedError
from tidegen.planning.changes import Action, ChangeSet, ResourceChange
from tidegen.planning.drift import ResourceDrift
from tidegen.planning.model import StackResource, StackState
from tidegen.planning.secrets import ListedSecret, StoredSecret
from tidegen.planning.stack_events import StackEvent

START = datetime(2026, 1, 1, tzinfo=UTC)
NO_CHANGES = (
    "The submitted information didn't contain changes. Submit different information to create a "
    "change set."
)


def _failed(change_set_id, stack_id, reason):
    return ChangeSet(
        change_set_id=change_set_id,
        stack_id=stack_id,
        status="FAILED",
        execution_status="UNAVAILABLE",
        reason=reason,
    )


@dataclass
class Double(Drifts, Imports, Stacks):
    number: str = "111122223333"
    poll_seconds: float = 0.0
    stacks: dict[str, StackState] = field(default_factory=dict)
    deleted: dict[str, StackState] = field(default_factory=dict)
    templates: dict[str, str] = field(default_factory=dict)
    nested: dict[str, tuple[StackResource, ...]] = field(default_factory=dict)
    history: list[StackEvent] = field(default_factory=list)
    objects: dict[str, bytes] = field(default_factory=dict)
    policies: dict[str, str] = field(default_factory=dict)
    requests: dict[str, object] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    #: Statuses after an operation: stack name → the successive ones, the last is kept.
    outcomes: dict[str, list[str]] = field(default_factory=dict)
    #: The content of change sets: stack name → changes, or the reason of the failure.
    says: dict[str, "tuple[ResourceChange, ...] | str"] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    #: Problems of early validation: root stack or nested change set → problems.
    problems: dict[str, tuple[str, ...]] = field(default_factory=dict)
    #: Warnings of early validation and hooks, likewise.
    warnings: dict[str, tuple[str, ...]] = field(default_factory=dict)
    #: Failed change sets of nested stacks: id → the reason.
    failed: dict[str, str] = field(default_factory=dict)
    #: Secrets by name: id of the current version and text.
    secrets: dict[str, tuple[str, str]] = field(default_factory=dict)
    #: Change sets that were deleted or executed.
    gone: set[str] = field(default_factory=set)
    #: (type, name) of each resource that was given a name.
    names: set[tuple[str, str]] = field(default_factory=set)
    #: Stacks whose resources the double created; resources that a test set in `nested` are kept.
    made: set[str] = field(default_factory=set)
    #: Resources in no stack: (type, identifier) → properties; resources that change sets import.
    present: dict[tuple[str, str], dict[str, object]] = field(default_factory=dict)
    importing: dict[str, tuple[object, ...]] = field(default_factory=dict)
    #: Results of a detection: stack id → resources that differ; and how many polls it takes.
    drifts: dict[str, tuple[ResourceDrift, ...]] = field(default_factory=dict)
    detecting: dict[str, int] = field(default_factory=dict)
    #: The number of reads by name that find no stack yet; the number of calls that are throttled.
    lag: int = 0
    throttled: int = 0

    def __call__(self, place):
        return self

    def named_stacks(self, names):
        return {name: self.stack(name) for name in names}

    def caller(self):
        return f"arn:aws:iam::{self.number}:user/operator"

    def account(self):
        self.calls.append("account")
        return self.number

    def stack(self, name):
        self.calls.append(f"stack {name.partition('/')[2] or name}")
        if self.throttled:
            self.throttled -= 1
            rules.refuse("DescribeStacks", "Throttling", "Rate exceeded")
        if self.lag and ":stack/" not in name:
            self.lag -= 1
            return None
        state = self._find(name)
        if state is not None and self.outcomes.get(state.name):
            state = self._advance(state)
        return state or self.deleted.get(name)

    def _find(self, name):
        return next((s for s in self.stacks.values() if name in (s.name, s.stack_id)), None)

    def _advance(self, state):
        status = self.outcomes[state.name].pop(0)
        moved = replace(state, status=status)
        self.record(moved.stack_id, state.name, moved.stack_id, STACK_TYPE, status)
        if status == "DELETE_COMPLETE":
            self._forget(moved)
            return None
        self.stacks[state.name] = moved
        return moved

    def _go_through(self, name, statuses):
        """Set the statuses that an operation leads to, unless the test has set them."""
        if not self.outcomes.get(name):
            self.outcomes[name] = statuses

    def _forget(self, state):
        self.gone.update(k for k, r in self.requests.items() if r.stack_name == state.name)
        del self.stacks[state.name]
        self.deleted[state.stack_id] = state
        # A recreated stack has the same id here, and no resource of this one.
        template = rules.body_of(self.templates.pop(state.stack_id, ""))
        self.policies.pop(state.stack_id, None)
        if state.stack_id in self.made:
            del self.nested[state.stack_id]
        kept = stateful_ids(template)
        for name, resource in template.get("Resources", {}).items():
            if name not in kept:
                self.names.discard((resource["Type"], rules.physical_name(resource)))

    def add(self, name, status="CREATE_COMPLETE", **kw):
        """Add a stack, with the marks of project `tide` unless others are given."""
        known = {"tags": rules.owner_tags(name), "parameters": {"Digest": "of an earlier deploy"}}
        state = StackState(
            name=name,
            stack_id=f"arn:aws:cloudformation:x:1:stack/{name}/1",
            status=status,
            **{**known, **kw},
        )
        self.stacks[name] = state
        return state

    def record(self, stack_id, logical_id, physical_id, kind, status, reason=""):
        count = len(self.history)
        self.history.append(
            StackEvent(
                event_id=str(count),
                stack_id=stack_id,
                logical_id=logical_id,
                physical_id=physical_id,
                type=kind,
                status=status,
                time=self._now(),
                reason=reason,
            )
        )

    def _now(self):
        return START + timedelta(seconds=len(self.history))

    def project_stacks(self, project):
        own = [s for s in self.stacks.values() if s.tags.get("project") == project]
        roots = [stack for stack in own if not stack.parent_id]
        return tuple(sorted(roots, key=lambda stack: stack.name))

    def resources(self, stack):
        return self.nested.get(self._id(stack), ())

    def events(self, stack, since):
        return tuple(
            event
            for event in self.history
            if event.stack_id == self._id(stack) and (since is None or event.time >= since)
        )

    def template(self, stack):
        return self.templates.get(self._id(stack), "")

    def _id(self, stack):
        state = self._find(stack)
        return state.stack_id if state else stack

    def create_change_set(self, request):
        self.calls.append(f"create_change_set {request.kind} {request.stack_name}")
        rules.check_status(self.stacks.get(request.stack_name), request)
        if request.name in {*self.requests} - self.gone:
            text = f"ChangeSet {request.name} already exists"
            rules.refuse("CreateChangeSet", "AlreadyExistsException", text)
        template = rules.body_of(self._text(request))
        rules.check_parameters(template, request.parameters)
        if request.stack_name not in self.stacks:
            self.add(request.stack_name, "REVIEW_IN_PROGRESS", tags=request.tags)
        self.requests[request.name] = request
        return request.name

    def _text(self, request):
        return request.body or self._object(request.url)

    def _object(self, url):
        """Return the object whose key ends a URL, or `Fn::Sub` of one."""
        text = url.get("Fn::Sub", "") if isinstance(url, dict) else url
        objects = (content for key, content in self.objects.items() if text.endswith(key))
        return next(objects, b"").decode()

    def change_set(self, change_set_id):
        if change_set_id in self.failed:
            return _failed(change_set_id, change_set_id, self.failed[change_set_id])
        request = self._request(change_set_id, "DescribeChangeSet")
        stack_id = self.stacks[request.stack_name].stack_id
        content = self.says.get(request.stack_name)
        if content is None and request.kind == "IMPORT":
            content = self._import_changes(change_set_id)
        if content is None:
            content = self._changes(stack_id, self._text(request), request.parameters)
            content = (
                NO_CHANGES if not content and self._is_deployed(stack_id, request) else content
            )
        if isinstance(content, str):
            return _failed(change_set_id, stack_id, content)
        return ChangeSet(
            change_set_id=change_set_id,
            stack_id=stack_id,
            status="CREATE_COMPLETE",
            execution_status="AVAILABLE",
            reason="",
            changes=content,
        )

    def change_set_problems(self, change_set_id):
        self.calls.append(f"problems of {change_set_id}")
        request = self.requests.get(change_set_id)
        return self.problems.get(request.stack_name if request else change_set_id, ())

    def change_set_warnings(self, change_set_id):
        request = self.requests.get(change_set_id)
        return self.warnings.get(request.stack_name if request else change_set_id, ())

    def _is_deployed(self, stack_id, request):
        """Return whether template and parameters are the stack's, so that no output differs."""
        state = self._find(stack_id)
        same = rules.body_of(self._text(request)) == rules.body_of(self.template(stack_id))
        return same and state.parameters == request.parameters

    def _request(self, change_set_id, operation):
        if change_set_id not in self.requests or change_set_id in self.gone:
            text = f"ChangeSet [{change_set_id}] does not exist"
            rules.refuse(operation, "ChangeSetNotFound", text, 404)
        return self.requests[change_set_id]

    def delete_change_set(self, change_set_id):
        self.calls.append("delete_change_set")
        self.gone.add(change_set_id)

    def execute_change_set(self, change_set_id, *, keep_on_failure=False):
        request = self._request(change_set_id, "ExecuteChangeSet")
        made = self.change_set(change_set_id)
        if made.status != "CREATE_COMPLETE":
            text = f"ChangeSet [{change_set_id}] cannot be executed in its current status"
            rules.refuse("ExecuteChangeSet", "InvalidChangeSetStatus", text)
        rules.check_keeping(self.stacks[request.stack_name], keep=keep_on_failure)
        self.calls.append(f"execute {request.stack_name}")
        others = [key for key, r in self.requests.items() if r.stack_name == request.stack_name]
        self.gone.update(others)  # this one, and those created for the stack's previous state
        self._carry_out(request, made.stack_id)

    def _carry_out(self, request, stack_id):
        if request.kind == "IMPORT":
            self._adopt(request, stack_id)
            return
        verb = "CREATE" if request.kind == "CREATE" else "UPDATE"
        text = self._text(request)
        if self._fails(stack_id, text, request.parameters, verb):
            back = "ROLLBACK" if verb == "CREATE" else "UPDATE_ROLLBACK"
            self._go_through(request.stack_name, [f"{verb}_IN_PROGRESS", f"{back}_COMPLETE"])
            return
        self._apply(stack_id, request.stack_name, text, request.parameters)
        self._go_through(request.stack_name, [f"{verb}_IN_PROGRESS", f"{verb}_COMPLETE"])

    def continue_rollback(self, stack, service_role, skip=()):
        self.calls.append(" ".join(["continue_rollback", *skip]))
        state = self._find(stack)
        rules.check_continuing(state, self.resources(stack), skip)
        going = ["UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE"]
        self._go_through(state.name, going)

    def delete_stack(self, stack, service_role):
        self.calls.append("delete_stack")
        state = self._find(stack)
        if state is None:
            return
        if state.protected:
            text = f"Stack [{state.name}] cannot be deleted while TerminationProtection is enabled"
            rules.refuse("DeleteStack", "ValidationError", text)
        if state.status == "REVIEW_IN_PROGRESS":
            self._forget(replace(state, status="DELETE_COMPLETE"))
            return
        self._go_through(state.name, ["DELETE_IN_PROGRESS", "DELETE_COMPLETE"])

    def object_exists(self, bucket, key, content):
        if self.objects.get(key, content) != content:
            raise RefusedError(Problem(f"s3://{bucket}/{key}", "has other bytes"))
        return key in self.objects

    def put_object(self, bucket, key, content):
        self.calls.append("put_object")
        if not self.object_exists(bucket, key, content):
            self.objects[key] = content

    def object_url(self, bucket, key):
        return f"https://s3.eu-central-1.amazonaws.com/{bucket}/{key}"

    def set_termination_protection(self, stack, *, enabled):
        self.calls.append("set_termination_protection")
        state = self._find(stack)
        self.stacks[state.name] = replace(state, protected=enabled)

    def stack_policy(self, stack):
        return self.policies.get(self._id(stack))

    def set_stack_policy(self, stack, policy):
        json.loads(policy)
        self.calls.append(f"set_stack_policy {stack.split('/')[1]}")
        self.policies[self._id(stack)] = policy

    def secret(self, secret_id):
        stored = self.secrets.get(secret_id)
        return StoredSecret(*stored) if stored else None

    def put_secret(self, secret_id, text, version):
        self.calls.append(f"put_secret {secret_id}")
        self.secrets[secret_id] = (version, text)

    def listed_secrets(self, prefix):
        self.calls.append("listed_secrets")
        versions = {name: version for name, (version, _) in self.secrets.items()}
        return {n: ListedSecret(v) for n, v in versions.items() if n.startswith(prefix)}


def nested_change(logical_id, *children):
    return ResourceChange(
        logical_id=logical_id, type=STACK_TYPE, action=Action.MODIFY, children=children
    )
