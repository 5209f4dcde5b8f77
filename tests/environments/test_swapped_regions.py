"""An environment that is raised in its recovery region meets no name of what was there before.

The recovery root exists there, and so do the global resources (roles, buckets, CloudFront) of the
lost region.
"""

import pytest
from test_parity import FILES, bodies, roots

from tidegen.cloudformation.evaluation import evaluate
from tidegen.cloudformation.schemas import name_properties
from tidegen.contract import Scope

PRODUCTION = next(file for file in FILES if file.name == "production")
#: Types whose names are an account's in all regions, or the world's.
GLOBAL = ("AWS::S3::", "AWS::IAM::", "AWS::CloudFront::")
#: Named by a property that the registry does not call create-only or an identifier.
OTHERS = {
    "AWS::CloudFront::OriginAccessControl": "OriginAccessControlConfig.Name",
    "AWS::SecretsManager::Secret": "Name",
}


def named(file, scope):
    """(type, name) of what a root of the file makes under a name that is written down."""
    files = [other if other.name != file.name else file for other in FILES]
    template, parameters = roots(file, files)[scope]
    region = file.recovery.region if scope is Scope.RECOVERY else file.region
    pseudo = {"AWS::Region": region, "AWS::AccountId": file.account, "AWS::Partition": "aws"}
    found = set()
    for resource in evaluate(bodies(template), {**parameters, **pseudo}).values():
        properties, kind = resource.get("Properties", {}), resource["Type"]
        for dotted in (*name_properties(kind), *filter(None, [OTHERS.get(kind)])):
            value = properties
            for key in dotted.split("."):
                value = value.get(key) if isinstance(value, dict) else None
            if isinstance(value, str):
                found.add((kind, value))
    return found


def swapped(file):
    """The same environment with its two regions exchanged."""
    recovery = file.recovery.model_copy(update={"region": file.region})
    return file.model_copy(update={"region": file.recovery.region, "recovery": recovery})


MOVED = swapped(PRODUCTION)


@pytest.mark.parametrize(("there", "raised"), [(PRODUCTION, MOVED), (MOVED, PRODUCTION)])
def test_the_replicas_leave_it_its_names(there, raised):
    """The other way round as well, for the region that comes back."""
    replicas, wanted = named(there, Scope.RECOVERY), named(raised, Scope.ENVIRONMENT)
    assert len(replicas) > 3
    assert replicas & wanted == set()


@pytest.mark.parametrize("scope", [Scope.ENVIRONMENT, Scope.RECOVERY, Scope.ACCESS])
def test_what_is_global_has_another_name_in_each_region(scope):
    before, after = (
        {item for item in named(file, scope) if item[0].startswith(GLOBAL)}
        for file in (PRODUCTION, MOVED)
    )
    assert before & after == set()
    assert len(before) == len(after)
