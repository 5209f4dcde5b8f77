"""What SES judges by account and region: all instances, and all environments in the account.

An account whose rate is too high sends nothing any more, by whichever instance the mails went.
"""

from troposphere import Ref, Template

from tidegen.blocks.alarms import CRITICAL, add_alarm
from tidegen.blocks.event_rules import add_event_rule

#: Rates at which AWS reviews an account. Source: SES guide, "Sending review process FAQs".
RATES = {"BounceRate": 0.05, "ComplaintRate": 0.001}


def add_account_alarms(template: Template) -> list[str]:
    """Alarms on the account's reputation, and word when SES stops sending; the alarms' titles.

    Needs the parameters `CriticalTopicArn` and `DeadLetterQueueArn`.
    """
    titles = [
        add_alarm(
            template,
            f"Account{metric}",
            f"All mail of the account: {metric} is at or above {threshold:g}, where AWS stops it. "
            "The alarms of the instances and the mail archive say which mails they are.",
            ("AWS/SES", f"Reputation.{metric}"),
            {},  # without a dimension: of the whole account
            ("GreaterThanOrEqualToThreshold", threshold),
            topic=CRITICAL,
            statistic="Maximum",
            period_seconds=3600,
        ).title
        for metric, threshold in RATES.items()
    ]
    add_event_rule(
        template,
        "SendingStopped",
        "SES sends no mail of this account or of one of its parts any more",
        # Source: EventBridge reference, "Amazon SES events".
        {"source": ["aws.ses"], "detail-type": ["Sending Status Disabled"]},
        CRITICAL,
        "SES: <type>. Nobody can verify an account or reset a password: see the SES console.",
        {"type": "$.detail-type"},
        dead_letters=Ref("DeadLetterQueueArn"),
    )
    return titles
