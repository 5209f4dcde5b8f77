"""The assumptions of the proofs: an auditor can disagree with one instead of with a result."""

from tidegen.iam.reference import source


def assumptions() -> tuple[str, ...]:
    """Return the assumptions, with the versions of the data that they rest on."""
    name, day = source()
    texts = (
        """The committed templates and environment files are what is deployed: 'tidegen drift' and
        'tidegen status' compare them with the account.""",
        f"Actions, types of resources and condition keys are those of {name} of {day}.",
        """The random part of a name or an id that CloudFormation makes up is not spelled out in a
        policy, and two resources never share one.""",
        """A resource has its stack's tags where IAM's reference says that an action looks at tags.
        S3, DynamoDB and iam:PassRole never look at them.""",
        """AWS sets aws:Principal*, aws:Resource*, aws:Source* and encryption contexts truthfully.
        All other condition keys are an attacker's choice.""",
        """Service control policies, grants of keys, credentials of people, services' own roles and
        resources that were created by hand are not looked at.""",
    )
    return tuple(" ".join(text.split()) for text in texts)
