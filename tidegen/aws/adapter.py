"""The port over boto3."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from tidegen.aws import objects
from tidegen.aws.calls import token
from tidegen.aws.client_errors import AGAIN
from tidegen.aws.drift import Drifting
from tidegen.aws.errors import translated
from tidegen.aws.explaining import Explaining
from tidegen.aws.importing import Importing
from tidegen.aws.reading import (
    change_of,
    event_of,
    listed_secret,
    resource_of,
    stack_of,
)
from tidegen.aws.redaction import redacted
from tidegen.aws.sessions import session
from tidegen.cloudformation.resources import STACK_TYPE
from tidegen.deployment.port import Cloud
from tidegen.errors import DeniedError, DeploymentError, Problem, TidegenError
from tidegen.planning.changes import ChangeSet, ChangeSetRequest, ResourceChange
from tidegen.planning.model import Place, StackResource, StackState
from tidegen.planning.secrets import ListedSecret, StoredSecret
from tidegen.planning.stack_events import StackEvent

_WORTH_A_LIST = 3  # stacks to read


def connect(place: Place) -> Cloud:
    """Return the cloud at `place`; AWS_ENDPOINT_URL selects another endpoint."""
    with translated(str(place), "credentials"):
        return AwsCloud(place, session(place))


class AwsCloud(Drifting, Explaining, Importing):
    """CloudFormation, S3, STS and Secrets Manager of one account and region through boto3."""

    def account(self) -> str:
        """Return the account that the credentials belong to."""
        return str(self._identity["Account"])

    def caller(self) -> str:
        """Return the ARN of the identity that the credentials belong to."""
        return str(self._identity["Arn"])

    @cached_property
    def _identity(self) -> Any:
        return self._call("sts", "get_caller_identity")

    def stack(self, name: str) -> StackState | None:
        """Return the stack; None if there is none of that name."""
        answer = self._found("describe_stacks", StackName=name)
        return stack_of(answer["Stacks"][0]) if answer else None

    def named_stacks(self, names: Collection[str]) -> Mapping[str, StackState | None]:
        """Return the stacks of these names, in as few calls as possible; None for a missing one.

        One list of all stacks, if the credentials may read it. It can be old: a stack that it does
        not have is asked for by its name.
        """
        listed = self._listed(names) if len(names) >= _WORTH_A_LIST else {}
        return {name: listed.get(name) or self.stack(name) for name in names}

    def _listed(self, names: Collection[str]) -> Mapping[str, StackState]:
        """Return the stacks among the first of the list: no more pages than single calls."""
        stacks: dict[str, StackState] = {}
        following: dict[str, str] = {}
        for _ in range(len(names) - 1):
            try:
                page = self._call("cloudformation", "describe_stacks", **following)
            except DeniedError:
                break
            own = (item for item in page["Stacks"] if item["StackName"] in names)
            stacks |= {item["StackName"]: stack_of(item) for item in own}
            if len(stacks) == len(names) or not page.get("NextToken"):
                break
            following = {"NextToken": page["NextToken"]}
        return stacks

    def project_stacks(self, project: str) -> tuple[StackState, ...]:
        """Return the root stacks tagged with the project, sorted by name."""
        stacks = [stack_of(item) for item in self._pages("describe_stacks", "Stacks")]
        own = [s for s in stacks if s.tags.get("project") == project and not s.parent_id]
        # A nested stack has its root's tags, and the local engine does not name its parent.
        nested = {r.physical_id for s in own for r in self.resources(s.stack_id)}
        roots = [s for s in own if s.stack_id not in nested]
        return tuple(sorted(roots, key=lambda stack: stack.name))

    def resources(self, stack: str) -> tuple[StackResource, ...]:
        """Return the stack's resources; empty if there is no stack."""
        pages = self._pages("list_stack_resources", "StackResourceSummaries", StackName=stack)
        return tuple(map(resource_of, pages))

    def events(self, stack: str, since: datetime | None) -> tuple[StackEvent, ...]:
        """Return the stack's events from `since` on, oldest first; empty if there is no stack."""
        events = []
        for item in self._pages("describe_stack_events", "StackEvents", StackName=stack):
            event = event_of(item)
            if since is not None and event.time < since:
                break  # newest first: all that follow are older
            events.append(event)
        return tuple(reversed(events))

    def template(self, stack: str) -> str:
        """Return the text of the stack's template, as it was sent; empty if there is none yet."""
        answer = self._found("get_template", StackName=stack, TemplateStage="Original")
        return str(answer["TemplateBody"]) if answer else ""

    def create_change_set(self, request: ChangeSetRequest) -> str:
        """Start to create a change set with nested stacks; return its id."""
        return self._create(
            request,
            StackName=request.stack_name,
            ChangeSetType=request.kind,
            IncludeNestedStacks=True,
            Parameters=[
                {"ParameterKey": key, "ParameterValue": value}
                for key, value in sorted(request.parameters.items())
            ],
            Tags=[{"Key": key, "Value": value} for key, value in sorted(request.tags.items())],
        )

    def change_set(self, change_set_id: str) -> ChangeSet:
        """Return the change set with all its pages and, where the engine has them, its children."""
        pages = list(self._change_pages(change_set_id))
        first = pages[0]
        ready = first["Status"] == "CREATE_COMPLETE"
        items = [item["ResourceChange"] for page in pages for item in page.get("Changes", [])]
        # The resource stays: only what CloudFormation records of it becomes the actual state.
        items = [item for item in items if item["Action"] != "SyncWithActual"]
        return ChangeSet(
            change_set_id=first["ChangeSetId"],
            stack_id=first["StackId"],
            status=first["Status"],
            execution_status=first.get("ExecutionStatus", ""),
            reason=redacted(first.get("StatusReason", "")),
            changes=tuple(self._change(item) for item in items) if ready else (),
        )

    def _change(self, item: dict[str, Any]) -> ResourceChange:
        nested = item.get("ChangeSetId")
        if item.get("ResourceType") != STACK_TYPE or not nested:
            return change_of(item, None)
        return change_of(item, self.change_set(nested).changes)

    def _change_pages(self, change_set_id: str) -> Iterator[dict[str, Any]]:
        following: dict[str, str] = {}
        while True:
            page = self._found(
                "describe_change_set",
                ChangeSetName=change_set_id,
                IncludePropertyValues=True,
                **following,
            )
            if page is None:
                raise DeploymentError(
                    Problem(self._where, f"no change set {change_set_id}; {AGAIN}")
                )
            yield page
            if not page.get("NextToken"):
                return
            following = {"NextToken": page["NextToken"]}

    def delete_change_set(self, change_set_id: str) -> None:
        """Delete a change set and its nested ones."""
        self._call("cloudformation", "delete_change_set", ChangeSetName=change_set_id)

    def execute_change_set(self, change_set_id: str, *, keep_on_failure: bool = False) -> None:
        """Start the operation of the change set; a failure may keep what it has created.

        Not by OnStackFailure of CreateChangeSet: AWS updates no stack created with DO_NOTHING.
        """
        keep = {"DisableRollback": True} if keep_on_failure else {}
        self._call(
            "cloudformation",
            "execute_change_set",
            ChangeSetName=change_set_id,
            ClientRequestToken=token(),
            **keep,
        )

    def undo_failed(self, stack: str, service_role: str | None) -> None:
        """Roll a failed operation back that kept what it had created."""
        role = {"RoleARN": service_role} if service_role else {}
        arguments = {"StackName": stack, "ClientRequestToken": token(), **role}
        self._call("cloudformation", "rollback_stack", **arguments)

    def continue_rollback(
        self, stack: str, service_role: str | None, skip: Sequence[str] = ()
    ) -> None:
        """Continue a rollback that failed, without the resources to skip."""
        more = {"RoleARN": service_role, "ResourcesToSkip": list(skip)}
        self._call(
            "cloudformation",
            "continue_update_rollback",
            StackName=stack,
            ClientRequestToken=token(),
            **{key: value for key, value in more.items() if value},
        )

    def delete_stack(self, stack: str, service_role: str | None) -> None:
        """Start deleting a stack."""
        role = {"RoleARN": service_role} if service_role else {}
        self._call("cloudformation", "delete_stack", StackName=stack, **role)

    def object_exists(self, bucket: str, key: str, content: bytes) -> bool:
        """Return whether the bucket has the object.

        Raises RefusedError where the key has other bytes: an environment that shares the account
        may have uploaded them, and they would be deployed.
        """
        return objects.exists(self._client("s3"), self._where, bucket, key, content)

    def put_object(self, bucket: str, key: str, content: bytes) -> None:
        """Upload an object, never over another; S3 checks that the bytes arrive as sent."""
        objects.put(self._client("s3"), self._where, bucket, key, content)

    def object_url(self, bucket: str, key: str) -> str:
        """Return the URL from which CloudFormation reads an object."""
        suffix = self._session.get_partition_for_region(self.place.region)
        domain = "amazonaws.com.cn" if suffix == "aws-cn" else "amazonaws.com"
        return f"https://s3.{self.place.region}.{domain}/{bucket}/{key}"

    def set_termination_protection(self, stack: str, *, enabled: bool) -> None:
        """Enable or disable the termination protection of a root stack."""
        self._call(
            "cloudformation",
            "update_termination_protection",
            StackName=stack,
            EnableTerminationProtection=enabled,
        )

    def stack_policy(self, stack: str) -> str | None:
        """Return the stack's policy as JSON; None if it has none."""
        answer = self._call("cloudformation", "get_stack_policy", StackName=stack)
        return answer.get("StackPolicyBody") or None

    def set_stack_policy(self, stack: str, policy: str) -> None:
        """Replace the stack's policy."""
        self._call("cloudformation", "set_stack_policy", StackName=stack, StackPolicyBody=policy)

    def secret(self, secret_id: str) -> StoredSecret | None:
        """Return the current version of a secret; None if there is none of that name."""
        try:
            answer = self._call("secretsmanager", "get_secret_value", SecretId=secret_id)
        except DeploymentError as error:
            if "ResourceNotFoundException" in str(error):
                return None
            raise
        text = answer.get("SecretString", "")
        return StoredSecret(answer["VersionId"], text, answer.get("CreatedDate"))

    def put_secret(self, secret_id: str, text: str, version: str) -> None:
        """Make `text` the current version, with `version` as its id. Errors carry no value."""
        arguments = {"SecretId": secret_id, "SecretString": text, "ClientRequestToken": version}
        try:
            self._call("secretsmanager", "put_secret_value", **arguments)
        except TidegenError as error:
            # botocore's error for a broken connection holds the request, and with it the value
            error.__cause__ = error.__context__ = None
            raise

    def promote_secret(self, secret_id: str) -> None:
        """Turn a replica into an independent secret; its link to the primary is lost for good."""
        self._call("secretsmanager", "stop_replication_to_replica", SecretId=secret_id)

    def listed_secrets(self, prefix: str) -> Mapping[str, ListedSecret]:
        """Return the secrets whose names start with `prefix`, by name, without their values."""
        filters = [{"Key": "name", "Values": [prefix]}]
        secrets: dict[str, ListedSecret] = {}
        following: dict[str, str] = {}
        while True:
            page = self._call("secretsmanager", "list_secrets", Filters=filters, **following)
            secrets.update({item["Name"]: listed_secret(item) for item in page["SecretList"]})
            if not page.get("NextToken"):
                return {name: v for name, v in secrets.items() if name.startswith(prefix)}
            following = {"NextToken": page["NextToken"]}
