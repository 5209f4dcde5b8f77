"""Importing what exists, through boto3."""

import json
from collections.abc import Mapping
from typing import Any

from tidegen.aws.calls import CAPABILITIES, Calls, token
from tidegen.errors import TidegenError
from tidegen.planning.importing import ImportRequest


class Importing(Calls):
    """The port's part that makes members of stacks of what exists."""

    def create_import(self, request: ImportRequest) -> str:
        """Start making a change set that imports; its id. A stack that is not there is made.

        Tags are not given: an import may not change them.
        """
        source = {"TemplateURL": request.url} if request.url else {"TemplateBody": request.body}
        role = {"RoleARN": request.service_role} if request.service_role else {}
        kept = [{"ParameterKey": key, "UsePreviousValue": True} for key in request.parameters]
        answer = self._call(
            "cloudformation",
            "create_change_set",
            StackName=request.stack,
            ChangeSetName=request.name,
            ChangeSetType="IMPORT",
            ClientToken=token(),
            Capabilities=CAPABILITIES,
            Parameters=kept,
            ResourcesToImport=[
                {
                    "LogicalResourceId": item.logical_id,
                    "ResourceType": item.type,
                    "ResourceIdentifier": dict(item.identifier),
                }
                for item in request.resources
            ],
            **source,
            **role,
        )
        return str(answer["Id"])

    def existing(self, type_name: str, identifier: str) -> Mapping[str, Any] | None:
        """The properties of what exists, in the template's words; None if nobody may say."""
        try:
            found = self._call(
                "cloudcontrol", "get_resource", TypeName=type_name, Identifier=identifier
            )
        except TidegenError:
            return None  # told beside the plan, which holds without it
        properties: Mapping[str, Any] = json.loads(found["ResourceDescription"]["Properties"])
        return properties
