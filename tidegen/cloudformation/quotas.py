"""Quotas that no schema has, and that AWS checks when it is too late.

Sources: CloudFormation user guide, "CloudFormation quotas"; IAM user guide, "IAM and STS quotas".
"""

#: Bytes of a template that the call itself carries, and of one in a bucket.
DIRECT_TEMPLATE_BYTES = 51_200
TEMPLATE_BYTES = 1_000_000
#: Characters of a parameter's value.
PARAMETER_SIZE = 4_096
#: Characters without white space: a managed policy, a trust policy, a role's own policies together.
MANAGED_POLICY_SIZE = 6_144
TRUST_POLICY_SIZE = 2_048
INLINE_POLICIES_SIZE = 10_240
#: Managed policies of a role, by default.
POLICIES_PER_ROLE = 10
