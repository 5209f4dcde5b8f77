"""The keys and the projection of a global index, which never change."""

from tidegen.local.handlers.base import Resource
from tidegen.local.refusals.model import UPDATE, Words, refuses
from tidegen.local.refusals.two_indexes import indexes

_FIXED = ("KeySchema", "Projection")


@refuses(
    "index-fixed",
    "AWS::DynamoDB::Table",
    on=(UPDATE,),
    message="Cannot update GSI's properties other than Provisioned Throughput and Contributor"
    " Insights Specification. You can create a new GSI with a different name.",
    source="https://github.com/aws-amplify/amplify-cli/issues/11384",
    failure="index-cannot-change",
)
def index_fixed(resource: Resource) -> Words:
    """Other keys or another projection of a global index of the same name."""
    wanted, before = indexes(resource.properties), indexes(resource.previous)
    kept = wanted.keys() & before.keys()
    changed = [i for i in kept if any(wanted[i].get(n) != before[i].get(n) for n in _FIXED)]
    return {} if changed else None
