"""The change set of a nested stack, which fails that of its root."""

from tidegen.local.refusals.model import Refusal, add

NESTED = add(
    Refusal(
        slug="nested-change-set",
        summary="Creating a change set while that of a nested stack fails.",
        message="Nested change set {change_set} was not successfully created: Currently in FAILED.",
        source="https://github.com/aws/aws-sam-cli/issues/2406",
        failure="change-set-invalid",
    )
).message
