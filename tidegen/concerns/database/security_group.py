"""The security group of the MongoDB members."""

from troposphere import Ref, Template

from tidegen.blocks.endpoints import allow_to_endpoints
from tidegen.blocks.inputs import CLUSTER_GROUP
from tidegen.blocks.security_groups import (
    ANYWHERE,
    HTTPS,
    add_rule,
    add_security_group,
    rule,
)
from tidegen.concerns.database.members import PORT
from tidegen.contract import Input


def add_members_security_group(template: Template, pods: Input = CLUSTER_GROUP) -> None:
    """Add the group: open to the cluster's pods and the members; people use Session Manager."""
    https = "Endpoints in the VPC and S3 through its gateway; no other route"
    add_security_group(
        template,
        "SecurityGroup",
        "MongoDB members",
        outbound=[rule(https, HTTPS, CidrIp=ANYWHERE)],
    )
    own = Ref("SecurityGroup")
    for title, source in (("FromCluster", Ref(pods.name)), ("FromMembers", own)):
        add_rule(template, title, f"MongoDB {title}", PORT, group=own, source=source)
    allow_to_endpoints(template, "EndpointsFromMembers", own)
    add_rule(template, "ToMembers", "MongoDB ToMembers", PORT, group=own, destination=own)
