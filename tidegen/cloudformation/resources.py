"""The shape of templates and resources, and the types with a meaning of their own."""

from typing import Any

TemplateBody = dict[str, Any]
STACK_TYPE = "AWS::CloudFormation::Stack"
#: The pseudo type of an export: other stacks may depend on its name and value.
EXPORT = "Export"
