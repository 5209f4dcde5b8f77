"""An environment recreated in its recovery region has no name that exists already.

The recovery root is deployed in that region, and the global resources (roles, buckets, CloudFront)
of the lost region still exist.
"""

import pytest
from test_parity import FILES, bodies, roots

from tidegen.cloudformation.evaluation import evaluate
from tidegen.cloudformation.schemas import name_properties
from tidegen.contract import Scope

PRODUCTION = next(file for file in FILES if file.name == "production")
#: Types with names that are unique in an account or in the world.
GLOBAL = ("AWS::S3::", "AWS::IAM::", "AWS::CloudFront::")
#: Named by a property that the registry does not call create-only or an identifier.
OTHERS = {
    "AWS::CloudFront::OriginAccessControl": "OriginAccessControlConfig.Name",
    "AWS::SecretsManager::Secret": "Name",
}


def named(file, scope):
    """Return (type, name) of the named resources of a root of the file."""
    files = [other if other.name != file.name else file for other in FILES]
    template, parameters = roots(file, files)[scope]
    region = file.recovery.region if scope is Scope.RECOVERY else file.region
    pseudo = {"AWS::Region": region, "AWS::AccountId": file.account, "AWS::Partition": "aws"}
    names = set()
    for resource in evaluate(bodies(template), {**parameters, **pseudo}).values():
        properties, kind = resource.get("Properties", {}), resource["Type"]
        for dotted in (*name_properties(kind), *filter(None, [OTHERS.get(kind)])):
            value = properties
            for key in dotted.split("."):
                value = value.get(key) if isinstance(value, dict) else None
            if isinstance(value, str):
                names.add((kind, value))
    return names


def swapped(file):
    """Return the environment with its two regions exchanged."""
    recovery = file.recovery.model_copy(update={"region": file.region})
    return file.model_copy(update={"region": file.recovery.region, "recovery": recovery})


MOVED = swapped(PRODUCTION)


@pytest.mark.parametrize(("deployed", "recreated"), [(PRODUCTION, MOVED), (MOVED, PRODUCTION)])
def test_no_replica_has_a_name_of_the_recreated_environment(deployed, recreated):
    """Both ways, also for the return to the first region."""
    replicas, wanted = named(deployed, Scope.RECOVERY), named(recreated, Scope.ENVIRONMENT)
    assert len(replicas) > 3
    assert replicas & wanted == set()


@pytest.mark.parametrize("scope", [Scope.ENVIRONMENT, Scope.RECOVERY, Scope.ACCESS])
def test_global_resources_have_another_name_in_each_region(scope):
    before, after = (
        {item for item in named(file, scope) if item[0].startswith(GLOBAL)}
        for file in (PRODUCTION, MOVED)
    )
    assert before & after == set()
    assert len(before) == len(after)
