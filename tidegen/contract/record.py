"""The record of a deploy in each root: parameters that no resource reads, and outputs.

Why not tags: CloudFormation propagates a stack's tags to its resources (user guide, "Add tags to
your CloudFormation resources"), so each deploy would change all of them. Why not the description
of the change set: it is another call to read, and the next executed change set deletes it (API
reference, ExecuteChangeSet). Outputs come with the stack, and go back with a rollback.
"""

from collections.abc import Mapping

COMMIT = "Commit"
DEPLOYED_BY = "DeployedBy"
#: Parameter and output → its meaning. No part of the digest: a new commit alone changes nothing.
RECORD: Mapping[str, str] = {
    COMMIT: "Commit of the checkout that deployed this stack last",
    DEPLOYED_BY: "Identity that deployed this stack last",
}
