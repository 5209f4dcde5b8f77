"""Policies for sending mail: one per instance, for its identity, its set and From addresses."""

from awacs import ses as actions
from awacs.aws import Condition, StringLike
from troposphere import Sub, Template, iam

from tidegen.blocks.policies import allow, arn, document
from tidegen.blocks.roles import PATH
from tidegen.concerns.email.stream import MailStream

_SES = "ses:${AWS::Region}:${AWS::AccountId}"


def identity_arn(instance: MailStream) -> Sub:
    """Return the ARN of an instance's identity, which is its domain."""
    return arn(f"{_SES}:identity/{instance.subdomain}.${{Domain}}")


def add_sending_policy(
    template: Template, instance: MailStream, *, templates: bool = False
) -> iam.ManagedPolicy:
    """Add `<title>SendingPolicy`, for roles of senders other than the chart's own services.

    CloudFormation has no type for the policy of an identity, which would limit senders the same
    way. Without the condition on the From address one instance's sender could write as any address
    of its domain's subdomains; without the configuration set, SES refuses a mail that names one.
    """
    own = Sub(f"*@{instance.subdomain}.${{Domain}}")
    sent = [
        identity_arn(instance),
        arn(f"{_SES}:configuration-set/${{{instance.configuration_set}}}"),
    ]
    sending = [actions.SendEmail, actions.SendRawEmail]
    if templates:
        sending.append(actions.SendTemplatedEmail)
        sent.append(arn(f"{_SES}:template/${{Project}}-${{Environment}}-*"))
    condition = Condition(StringLike({"ses:FromAddress": own}))
    return template.add_resource(
        iam.ManagedPolicy(
            f"{instance.title}SendingPolicy",
            Description=f"Sends mail of the instance {instance.title}",
            Path=PATH,
            PolicyDocument=document(allow("SendMail", sending, sent, condition)),
        )
    )
