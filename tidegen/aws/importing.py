"""Importing existing resources through boto3."""

import json
from collections.abc import Mapping
from typing import Any

from tidegen.aws.calls import CAPABILITIES, Calls, token
from tidegen.errors import TidegenError
from tidegen.planning.changes import ChangeSetRequest
from tidegen.planning.importing import ImportRequest


class Importing(Calls):
    """The port's part that imports existing resources into stacks."""

    def create_import(self, request: ImportRequest) -> str:
        """Start to create an import change set, and its stack if missing; return its id.

        Tags are left out: an import may not change them.
        """
        kept = [{"ParameterKey": key, "UsePreviousValue": True} for key in request.parameters]
        return self._create(
            request,
            StackName=request.stack,
            ChangeSetType="IMPORT",
            Parameters=kept,
            ResourcesToImport=[
                {
                    "LogicalResourceId": item.logical_id,
                    "ResourceType": item.type,
                    "ResourceIdentifier": dict(item.identifier),
                }
                for item in request.resources
            ],
        )

    def _create(self, request: ChangeSetRequest | ImportRequest, **arguments: Any) -> str:
        """Start to create a change set with the arguments that all kinds have; return its id."""
        source = {"TemplateURL": request.url} if request.url else {"TemplateBody": request.body}
        role = {"RoleARN": request.service_role} if request.service_role else {}
        answer = self._call(
            "cloudformation",
            "create_change_set",
            ChangeSetName=request.name,
            ClientToken=token(),
            Capabilities=CAPABILITIES,
            **arguments,
            **source,
            **role,
        )
        return str(answer["Id"])

    def existing(self, type_name: str, identifier: str) -> Mapping[str, Any] | None:
        """Return an existing resource's properties, named as in templates; None if unreadable."""
        try:
            answer = self._call(
                "cloudcontrol", "get_resource", TypeName=type_name, Identifier=identifier
            )
        except TidegenError:
            return None  # reported next to the plan, which is valid without it
        properties: Mapping[str, Any] = json.loads(answer["ResourceDescription"]["Properties"])
        return properties
