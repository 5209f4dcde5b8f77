"""Two SES instances: transactional mail to users, and security mail."""

from troposphere import Equals, Join, Ref, Sub, Template, cloudwatch, ses

from tidegen.blocks import inputs
from tidegen.concerns.email.account import add_account_alarms
from tidegen.concerns.email.events import EVENTS_TOPIC, add_mail_archive
from tidegen.concerns.email.sending import add_sending_policy, identity_arn
from tidegen.concerns.email.stream import MailStream, add_instance
from tidegen.contract import Concern, Context, Kind, Output, Scope

TRANSACTIONAL = MailStream("Transactional", "mail")
SECURITY = MailStream("Security", "alerts")
#: Logical id → suffix of the name, subject, request, and advice for an unexpected mail.
_TEMPLATES = {
    "AccountVerificationTemplate": (
        "account-verification",
        "Verify your account",
        "Verify your account by opening this link:",
        "If you did not create an account, ignore this mail.",
    ),
    "ForgotPasswordTemplate": (
        "forgot-password",
        "Reset your password",
        "Choose a new password by opening this link:",
        "If you did not ask for a new password, ignore this mail; yours stays as it is.",
    ),
}


def add_resources(template: Template, _context: Context) -> None:
    """Add both instances, their mails, the archive and the alarms."""
    template.add_condition("HasDedicatedIps", Equals(Ref("DedicatedIps"), "true"))
    alarms = add_account_alarms(template)
    alarms += [
        title
        for instance in (TRANSACTIONAL, SECURITY)
        for title in add_instance(template, instance)
    ]
    add_mail_archive(
        template, [Ref(instance.configuration_set) for instance in (TRANSACTIONAL, SECURITY)]
    )
    for title, texts in _TEMPLATES.items():
        template.add_resource(_mail(title, *texts))
    add_sending_policy(template, TRANSACTIONAL, templates=True)
    add_sending_policy(template, SECURITY)
    template.add_resource(_reputation_alarm(alarms))


def _mail(title: str, name: str, subject: str, request: str, otherwise: str) -> ses.Template:
    """Return a template with one variable, `link`, the same in text and HTML.

    Its name is fixed, as the applications refer to it.
    """
    html = f'<p>{request}</p>\n<p><a href="{{{{link}}}}">{{{{link}}}}</a></p>\n<p>{otherwise}</p>\n'
    return ses.Template(
        title,
        Template=ses.EmailTemplate(
            TemplateName=Sub(f"${{Project}}-${{Environment}}-{name}"),
            SubjectPart=subject,
            TextPart=f"{request}\n\n{{{{link}}}}\n\n{otherwise}\n",
            HtmlPart=html,
        ),
    )


def _reputation_alarm(alarms: list[str]) -> cloudwatch.CompositeAlarm:
    """Return the alarm that pages once for bad rates; each rate alone is a warning."""
    parts = [Sub(f'ALARM("${{{title}}}")') for title in alarms]
    return cloudwatch.CompositeAlarm(
        "EmailReputation",
        # the role that deploys is limited to names with this prefix; whether a generated name of a
        # composite alarm has it is not documented
        AlarmName=Sub("${Project}-${Environment}-email-reputation"),
        AlarmDescription="SES may stop all mail: a rate of bounces or complaints is too high. The "
        "alarms of the instances show which; see the mail archive for the mails.",
        AlarmRule=Join(" OR ", parts),
        ActionsEnabled=True,
        AlarmActions=[Ref("CriticalTopicArn")],
        OKActions=[Ref("CriticalTopicArn")],
    )


CONCERN = Concern(
    scopes=(Scope.ENVIRONMENT,),
    add_resources=add_resources,
    inputs=(
        *inputs.NAMES,
        inputs.CRITICAL_TOPIC,
        inputs.WARNING_TOPIC,
        inputs.DEAD_LETTERS,
        inputs.LOGS_KEY,
        EVENTS_TOPIC,
        inputs.PUBLIC_ZONE,
        inputs.DOMAIN,
        inputs.from_field("DedicatedIps", "email.dedicated_ips"),
    ),
    outputs=(
        Output(
            "TransactionalDomain",
            Kind.DOMAIN,
            TRANSACTIONAL.domain,
            "Domain of mail to users",
            surface=True,
        ),
        Output(
            "SecurityDomain", Kind.DOMAIN, SECURITY.domain, "Domain of security mail", surface=True
        ),
        Output(
            "TransactionalIdentityArn",
            Kind.ARN,
            identity_arn(TRANSACTIONAL),
            "Identity of mail to users",
            surface=True,
        ),
        Output(
            "SecurityIdentityArn",
            Kind.ARN,
            identity_arn(SECURITY),
            "Identity of security mail",
            surface=True,
        ),
        Output(
            "TransactionalSendingPolicyArn",
            Kind.ARN,
            Ref("TransactionalSendingPolicy"),
            "Policy for senders of mail to users",
            surface=True,
        ),
        Output(
            "SecuritySendingPolicyArn",
            Kind.ARN,
            Ref("SecuritySendingPolicy"),
            "Policy for senders of security mail",
            surface=True,
        ),
        Output(
            "TransactionalConfigurationSet",
            Kind.NAME,
            Ref(TRANSACTIONAL.configuration_set),
            "Configuration set of user mail",
            surface=True,
        ),
        Output(
            "SecurityConfigurationSet",
            Kind.NAME,
            Ref(SECURITY.configuration_set),
            "Configuration set of security mail",
            surface=True,
        ),
        Output(
            "AccountVerificationTemplateName",
            Kind.NAME,
            Ref("AccountVerificationTemplate"),
            "Template with the variable link",
            surface=True,
        ),
        Output(
            "ForgotPasswordTemplateName",
            Kind.NAME,
            Ref("ForgotPasswordTemplate"),
            "Template with the variable link",
            surface=True,
        ),
        Output(
            "EmailAlarmName",
            Kind.NAME,
            Ref("EmailReputation"),
            "Alarm of the reputation of both instances",
        ),
    ),
)
