"""One SES instance: identity, DNS records, configuration set, events, alarms.

SES has no resource called an instance: an instance here is a subdomain with its own configuration
set (and, optionally, its own addresses), so that each has its own reputation with receivers of its
mail. SES itself judges the account as a whole (see `concerns.email.account`): complaints about one
instance can stop both.
"""

from dataclasses import dataclass
from typing import Any

from troposphere import GetAtt, If, Ref, Sub, Template, ses

from tidegen.blocks.alarms import WARNING, add_alarm
from tidegen.blocks.inputs import PUBLIC_ZONE
from tidegen.blocks.records import add_record
from tidegen.concerns.email.account import RATES
from tidegen.concerns.email.events import add_event_destinations, add_problem_rule

_DKIM_RECORDS = (1, 2, 3)  # Easy DKIM asks for three


@dataclass(frozen=True)
class MailStream:
    """One instance: `title` is the prefix of its logical ids, `subdomain` that of its domain."""

    title: str
    subdomain: str

    @property
    def domain(self) -> Any:
        """Return the domain of its From addresses."""
        return Sub(f"{self.subdomain}.${{Domain}}")

    @property
    def configuration_set(self) -> str:
        """Return the logical id of its configuration set; a Ref of it is the set's name."""
        return f"{self.title}ConfigurationSet"

    @property
    def dimension(self) -> dict[str, Any]:
        """Return the dimension of its metrics."""
        return {"ses:configuration-set": Ref(self.configuration_set)}


def add_instance(template: Template, instance: MailStream) -> list[str]:
    """Add an instance. Return the logical ids of the alarms on its reputation."""
    _add_configuration_set(template, instance)
    _add_identity(template, instance)
    _add_records(template, instance)
    add_event_destinations(template, instance.title, Ref(instance.configuration_set))
    add_problem_rule(template, instance.title, instance.configuration_set)
    _add_failure_alarms(template, instance)
    return _add_reputation_alarms(template, instance)


def _add_configuration_set(template: Template, instance: MailStream) -> None:
    """Require TLS, and track no opens or clicks: links of account mails are secrets."""
    pool = template.add_resource(
        ses.DedicatedIpPool(
            f"{instance.title}Pool",
            Condition="HasDedicatedIps",
            # Names of pools are lower case; a generated name would contain capitals.
            PoolName=Sub(f"${{Project}}-${{Environment}}-{instance.title.lower()}"),
            ScalingMode="MANAGED",
        )
    )
    template.add_resource(
        ses.ConfigurationSet(
            instance.configuration_set,
            DeliveryOptions=ses.DeliveryOptions(
                TlsPolicy="REQUIRE",
                SendingPoolName=If("HasDedicatedIps", Ref(pool), Ref("AWS::NoValue")),
            ),
            ReputationOptions=ses.ReputationOptions(ReputationMetricsEnabled=True),
            SendingOptions=ses.SendingOptions(SendingEnabled=True),
            SuppressionOptions=ses.SuppressionOptions(SuppressedReasons=["BOUNCE", "COMPLAINT"]),
        )
    )


def _add_identity(template: Template, instance: MailStream) -> None:
    """Add the domain. Mail without a configuration set uses the domain's own."""
    template.add_resource(
        ses.EmailIdentity(
            f"{instance.title}Identity",
            EmailIdentity=instance.domain,
            ConfigurationSetAttributes=ses.ConfigurationSetAttributes(
                ConfigurationSetName=Ref(instance.configuration_set)
            ),
            DkimAttributes=ses.DkimAttributes(SigningEnabled=True),
            DkimSigningAttributes=ses.DkimSigningAttributes(NextSigningKeyLength="RSA_2048_BIT"),
            FeedbackAttributes=ses.FeedbackAttributes(EmailForwardingEnabled=False),
            MailFromAttributes=ses.MailFromAttributes(
                MailFromDomain=_mail_from(instance), BehaviorOnMxFailure="REJECT_MESSAGE"
            ),
        )
    )


def _mail_from(instance: MailStream) -> Any:
    return Sub(f"bounce.{instance.subdomain}.${{Domain}}")


def _add_records(template: Template, instance: MailStream) -> None:
    """Add DKIM, MAIL FROM (MX and SPF) and DMARC records.

    Reject from the first day: the subdomain is new, so nothing else sends from it. DKIM has to
    match exactly; SPF only by organisation, as the MAIL FROM domain is a subdomain. No reports are
    requested (docs/concerns/email.md says why).
    """
    identity = f"{instance.title}Identity"
    policy = Sub(f"_dmarc.{instance.subdomain}.${{Domain}}")
    records: dict[str, tuple[Any, str, Any]] = {
        f"Dkim{number}": (
            GetAtt(identity, f"DkimDNSTokenName{number}"),
            "CNAME",
            GetAtt(identity, f"DkimDNSTokenValue{number}"),
        )
        for number in _DKIM_RECORDS
    }
    mail_server = Sub("10 feedback-smtp.${AWS::Region}.amazonses.com")
    records["MailFromMx"] = (_mail_from(instance), "MX", mail_server)
    records["MailFromSpf"] = (_mail_from(instance), "TXT", '"v=spf1 include:amazonses.com -all"')
    records["Dmarc"] = (policy, "TXT", '"v=DMARC1; p=reject; sp=reject; adkim=s; aspf=r"')
    for suffix, record in records.items():
        add_record(template, f"{instance.title}{suffix}", PUBLIC_ZONE.name, *record)


def _add_reputation_alarms(template: Template, instance: MailStream) -> list[str]:
    """Add alarms on the rates at which AWS reviews an account, and a warning well before.

    Source: AWS docs, "Amazon SES sending review process FAQs": 5 % bounces, 0.1 % complaints.
    """
    remedy = "Find the mails in the mail archive; SES pauses an account that goes on so."
    critical = []
    for name, metric, threshold, topic in (
        ("BounceWarning", "BounceRate", 0.02, WARNING),
        *((name, name, threshold, WARNING) for name, threshold in RATES.items()),
    ):
        alarm = add_alarm(
            template,
            f"{instance.title}{name}",
            f"{instance.title} mail: {metric} is at or above {threshold:g}. {remedy}",
            ("AWS/SES", f"Reputation.{metric}"),
            instance.dimension,
            ("GreaterThanOrEqualToThreshold", threshold),
            topic=topic,
            statistic="Maximum",
            period_seconds=3600,
        )
        if name != "BounceWarning":
            critical.append(alarm.title)
    return critical


def _add_failure_alarms(template: Template, instance: MailStream) -> None:
    # Names of metrics and dimension: SES guide, "Monitoring your Amazon SES sending activity".
    for metric, meaning in (
        ("Reject", "SES found malware in a mail and did not send it. Find out who sent it."),
        ("RenderingFailure", "A template lacks a value. Compare the template and the caller."),
    ):
        add_alarm(
            template,
            f"{instance.title}{metric}",
            f"{instance.title} mail: {meaning}",
            ("AWS/SES", metric),
            instance.dimension,
            ("GreaterThanThreshold", 0),
        )
