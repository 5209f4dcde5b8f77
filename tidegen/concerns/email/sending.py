"""Who may send mail: a policy an instance, for its identity, its set and its From addresses."""

from awacs import ses as actions
from awacs.aws import Condition, StringLike
from troposphere import Sub, Template, iam

from tidegen.blocks.policies import allow, document
from tidegen.blocks.roles import PATH
from tidegen.concerns.email.stream import MailStream

_SES = "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}"


def identity_arn(instance: MailStream) -> Sub:
    """The ARN of an instance's identity, which is its domain."""
    return Sub(f"{_SES}:identity/{instance.subdomain}.${{Domain}}")


def add_sending_policy(
    template: Template, instance: MailStream, *, templates: bool = False
) -> iam.ManagedPolicy:
    """`<title>SendingPolicy`, for the role of whoever sends, beyond the chart's own services.

    CloudFormation has no type for the policy of an identity, which would bind senders the same way.

    Without the condition on the From address one instance's sender could write as any address of
    its domain's subdomains; without the configuration set, SES refuses a mail that names one.
    """
    own = Sub(f"*@{instance.subdomain}.${{Domain}}")
    sent = [
        identity_arn(instance),
        Sub(f"{_SES}:configuration-set/${{{instance.configuration_set}}}"),
    ]
    sending = [actions.SendEmail, actions.SendRawEmail]
    if templates:
        sending.append(actions.SendTemplatedEmail)
        sent.append(Sub(f"{_SES}:template/${{Project}}-${{Environment}}-*"))
    condition = Condition(StringLike({"ses:FromAddress": own}))
    return template.add_resource(
        iam.ManagedPolicy(
            f"{instance.title}SendingPolicy",
            Description=f"Sends mail of the instance {instance.title}",
            Path=PATH,
            PolicyDocument=document(allow("SendMail", sending, sent, condition)),
        )
    )
