"""Protection that every stateful resource has, the same in every environment."""

#: Literal on purpose: CloudFormation allows no function here, and no environment may differ.
RETAINED = {"DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Retain"}
#: Also when the operation that creates it is rolled back.
ALWAYS_RETAINED = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
