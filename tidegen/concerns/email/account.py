"""SES's limits per account and region, for all instances and all environments in the account.

SES stops all mail of an account whose rate is too high, whichever instance sent the mails.
"""

from troposphere import Ref, Template

from tidegen.blocks.alarms import add_alarm
from tidegen.blocks.event_rules import add_event_rule
from tidegen.blocks.inputs import CRITICAL_TOPIC, DEAD_LETTERS
from tidegen.contract import Input

#: Rates at which AWS reviews an account. Source: SES guide, "Sending review process FAQs".
RATES = {"BounceRate": 0.05, "ComplaintRate": 0.001}


def add_account_alarms(
    template: Template, *, topic: Input = CRITICAL_TOPIC, dead_letters: Input = DEAD_LETTERS
) -> list[str]:
    """Add alarms on the account's reputation, and a rule for stopped sending.

    Returns the alarms' logical ids.
    """
    titles = [
        add_alarm(
            template,
            f"Account{metric}",
            f"All mail of the account: {metric} is at or above {threshold:g}, where AWS stops it. "
            "The alarms of the instances and the mail archive show which mails they are.",
            ("AWS/SES", f"Reputation.{metric}"),
            {},  # without a dimension: of the whole account
            ("GreaterThanOrEqualToThreshold", threshold),
            topic=topic.name,
            statistic="Maximum",
            period_seconds=3600,
        ).title
        for metric, threshold in RATES.items()
    ]
    add_event_rule(
        template,
        "SendingStopped",
        "SES stopped sending mail for this account or for a part of it",
        # Source: EventBridge reference, "Amazon SES events".
        {"source": ["aws.ses"], "detail-type": ["Sending Status Disabled"]},
        topic.name,
        "SES: <type>. Nobody can verify an account or reset a password: see the SES console.",
        {"type": "$.detail-type"},
        dead_letters=Ref(dead_letters.name),
    )
    return titles
