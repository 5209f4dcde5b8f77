"""Names that the statements of this environment's roles have in common."""

#: The path of roles and policies, and the beginning of names of secrets and key aliases.
OWN = "${Project}/${Environment}"
#: An ARN of stacks, without its partition and the name.
STACK = "cloudformation:*:${AWS::AccountId}:stack"
