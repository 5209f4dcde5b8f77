"""Email: two instances that share nothing, encrypted transport, records that prove the sender."""

import json
import re

import pytest

from tidegen.concerns.email import CONCERN
from tidegen.contract import Context

INSTANCES = ("Transactional", "Security")


@pytest.fixture(scope="module")
def resources():
    return json.loads(CONCERN.build(Context()).to_json())["Resources"]


@pytest.mark.parametrize("title", INSTANCES)
def test_mail_requires_tls(resources, title):
    options = resources[f"{title}ConfigurationSet"]["Properties"]
    assert options["DeliveryOptions"]["TlsPolicy"] == "REQUIRE"
    assert options["ReputationOptions"]["ReputationMetricsEnabled"] is True
    assert "TrackingOptions" not in options


@pytest.mark.parametrize("title", INSTANCES)
def test_pools_exist_only_with_dedicated_addresses(resources, title):
    assert resources[f"{title}Pool"]["Condition"] == "HasDedicatedIps"
    name = resources[f"{title}Pool"]["Properties"]["PoolName"]["Fn::Sub"]
    assert re.sub(r"\$\{\w+\}", "", name).islower()
    pool = resources[f"{title}ConfigurationSet"]["Properties"]["DeliveryOptions"]["SendingPoolName"]
    assert pool["Fn::If"] == ["HasDedicatedIps", {"Ref": f"{title}Pool"}, {"Ref": "AWS::NoValue"}]


def test_the_instances_share_no_identity_set_or_pool(resources):
    for suffix in ("Identity", "ConfigurationSet", "Pool"):
        first, second = (json.dumps(resources[f"{title}{suffix}"]) for title in INSTANCES)
        assert "Security" not in first
        assert "Transactional" not in second
    domains = {
        resources[f"{t}Identity"]["Properties"]["EmailIdentity"]["Fn::Sub"] for t in INSTANCES
    }
    assert domains == {"mail.${Domain}", "alerts.${Domain}"}


@pytest.mark.parametrize("title", INSTANCES)
def test_an_identity_is_signed_with_2048_bits_and_uses_its_own_set(resources, title):
    identity = resources[f"{title}Identity"]["Properties"]
    assert identity["DkimSigningAttributes"] == {"NextSigningKeyLength": "RSA_2048_BIT"}
    assert identity["MailFromAttributes"]["BehaviorOnMxFailure"] == "REJECT_MESSAGE"
    own = {"ConfigurationSetName": {"Ref": f"{title}ConfigurationSet"}}
    assert identity["ConfigurationSetAttributes"] == own


@pytest.mark.parametrize("title", INSTANCES)
def test_the_records_prove_the_sender(resources, title):
    for number in (1, 2, 3):
        record = resources[f"{title}Dkim{number}"]["Properties"]
        token = {"Fn::GetAtt": [f"{title}Identity", f"DkimDNSTokenValue{number}"]}
        assert (record["Type"], record["ResourceRecords"]) == ("CNAME", [token])
    identity = resources[f"{title}Identity"]["Properties"]
    mail_from = identity["MailFromAttributes"]["MailFromDomain"]
    assert resources[f"{title}MailFromMx"]["Properties"]["Name"] == mail_from
    [spf] = resources[f"{title}MailFromSpf"]["Properties"]["ResourceRecords"]
    assert spf == '"v=spf1 include:amazonses.com -all"'
    [dmarc] = resources[f"{title}Dmarc"]["Properties"]["ResourceRecords"]
    assert "p=reject" in dmarc
    assert "aspf=r" in dmarc  # strict would fail: the MAIL FROM domain is a subdomain


@pytest.mark.parametrize("title", INSTANCES)
def test_problems_reach_programs_and_everything_is_counted(resources, title):
    problems = resources[f"{title}Problems"]["Properties"]["EventDestination"]
    assert problems["SnsDestination"] == {"TopicARN": {"Ref": "EmailEventsTopicArn"}}
    assert set(problems["MatchingEventTypes"]) == {
        "BOUNCE",
        "COMPLAINT",
        "REJECT",
        "RENDERING_FAILURE",
    }
    counts = resources[f"{title}Counts"]["Properties"]["EventDestination"]
    assert set(problems["MatchingEventTypes"]) < set(counts["MatchingEventTypes"])


@pytest.mark.parametrize("title", INSTANCES)
def test_people_get_a_problem_without_its_addresses(resources, title):
    """An event of SES contains recipient, subject and headers: none of them is passed on."""
    rule = resources[f"{title}ProblemsRule"]["Properties"]
    own = {"mail": {"tags": {"ses:configuration-set": [{"Ref": f"{title}ConfigurationSet"}]}}}
    assert rule["EventPattern"]["detail"] == own
    [target] = rule["Targets"]
    assert target["Arn"] == {"Ref": "WarningTopicArn"}
    assert target["DeadLetterConfig"] == {"Arn": {"Ref": "DeadLetterQueueArn"}}
    assert set(target["InputTransformer"]["InputPathsMap"].values()) == {
        "$.account",
        "$.region",
        "$.time",
        "$.detail-type",
        "$.detail.mail.messageId",
    }
    assert f"${{{title}ConfigurationSet}}" in target["InputTransformer"]["InputTemplate"]["Fn::Sub"]


def test_the_accounts_rates_page_people_as_aws_judges_by_them(resources):
    """Without a dimension a metric covers the account and region: all instances together."""
    rule = json.dumps(resources["EmailReputation"]["Properties"]["AlarmRule"])
    for metric, threshold in (("BounceRate", 0.05), ("ComplaintRate", 0.001)):
        alarm = resources[f"Account{metric}"]["Properties"]
        assert alarm["MetricName"] == f"Reputation.{metric}"
        assert alarm["Threshold"] == threshold
        assert not alarm.get("Dimensions")
        assert alarm["AlarmActions"] == [{"Ref": "CriticalTopicArn"}]
        assert f"${{Account{metric}}}" in rule


def test_people_are_paged_when_ses_stops_sending(resources):
    rule = resources["SendingStopped"]["Properties"]
    assert rule["EventPattern"]["detail-type"] == ["Sending Status Disabled"]
    assert rule["Targets"][0]["Arn"] == {"Ref": "CriticalTopicArn"}


def test_no_record_requests_reports_that_nobody_could_receive(resources):
    """The domain receives no mail, and another domain would have to agree to receive them."""
    records = [
        r["Properties"] for r in resources.values() if r["Type"] == "AWS::Route53::RecordSet"
    ]
    policies = [r for r in records if "_dmarc" in json.dumps(r["Name"])]
    assert len(policies) == 2
    assert "rua=" not in json.dumps(policies)


def test_text_and_html_of_a_template_use_the_same_variables(resources):
    templates = [r["Properties"]["Template"] for r in resources.values() if "Template" in r["Type"]]
    assert len(templates) == 2
    for template in templates:
        text, html = (set(re.findall(r"{{(\w+)}}", template[p])) for p in ("TextPart", "HtmlPart"))
        assert text == html == {"link"}


def test_the_one_alarm_watches_the_rates_of_both_instances(resources):
    rule = json.dumps(resources["EmailReputation"]["Properties"]["AlarmRule"])
    for title in INSTANCES:
        assert f"${{{title}BounceRate}}" in rule
        assert f"${{{title}ComplaintRate}}" in rule
        warning, limit = (
            resources[f"{title}{name}"]["Properties"]["Threshold"]
            for name in ("BounceWarning", "BounceRate")
        )
        assert warning < limit


@pytest.mark.parametrize("title", INSTANCES)
def test_all_events_of_a_mail_are_archived(resources, title):
    archive = resources[f"{title}Archive"]["Properties"]["EventDestination"]
    counts = resources[f"{title}Counts"]["Properties"]["EventDestination"]
    assert archive["MatchingEventTypes"] == counts["MatchingEventTypes"]
    bus = archive["EventBridgeDestination"]["EventBusArn"]["Fn::Sub"]
    assert bus.endswith(":event-bus/default")  # SES takes no other
    pattern = resources["MailArchiveRule"]["Properties"]["EventPattern"]
    sets = pattern["detail"]["mail"]["tags"]["ses:configuration-set"]
    assert {"Ref": f"{title}ConfigurationSet"} in sets


def test_the_archive_is_kept_and_eventbridge_may_write_to_it(resources):
    group = resources["MailArchive"]["Properties"]
    assert group["RetentionInDays"] == 3653
    name = group["LogGroupName"]["Fn::Sub"]
    assert name.startswith("/aws/events/")  # EventBridge writes to no other
    (target,) = resources["MailArchiveRule"]["Properties"]["Targets"]
    assert target["Arn"]["Fn::Sub"].endswith(f":log-group:{name}")
    assert target["DeadLetterConfig"] == {"Arn": {"Ref": "DeadLetterQueueArn"}}
    policy = json.loads(resources["MailArchivePolicy"]["Properties"]["PolicyDocument"]["Fn::Sub"])
    actions = {a for s in policy["Statement"] for a in s["Action"]}
    assert actions == {"logs:CreateLogStream", "logs:PutLogEvents"}
    assert {r for s in policy["Statement"] for r in s["Resource"]} == {"${MailArchive.Arn}"}


@pytest.mark.parametrize("title", INSTANCES)
def test_senders_are_limited_to_one_instance_and_its_addresses(resources, title):
    policy = resources[f"{title}SendingPolicy"]["Properties"]["PolicyDocument"]
    (statement,) = policy["Statement"]
    subdomain = {"Transactional": "mail", "Security": "alerts"}[title]
    assert statement["Condition"] == {
        "StringLike": {"ses:FromAddress": {"Fn::Sub": f"*@{subdomain}.${{Domain}}"}}
    }
    text = json.dumps(statement["Resource"])
    assert f"identity/{subdomain}.${{Domain}}" in text
    assert f"configuration-set/${{{title}ConfigurationSet}}" in text
    assert '"*"' not in text
