"""Ingress: TLS only, logged, behind a firewall, to the gateway's pods and nothing else."""

import pytest

from tidegen.cloudformation.evaluation import evaluate
from tidegen.concerns.ingress import CONCERN
from tidegen.contract import Context

TEMPLATE = CONCERN.build(Context()).to_dict()
RESOURCES = TEMPLATE["Resources"]


def properties(title):
    return RESOURCES[title]["Properties"]


def of_type(name):
    return {k: v["Properties"] for k, v in RESOURCES.items() if v["Type"] == f"AWS::{name}"}


def attributes(title, name):
    return {item["Key"]: item["Value"] for item in properties(title)[name]}


def test_only_https_is_served():
    (listener,) = of_type("ElasticLoadBalancingV2::Listener").values()
    assert (listener["Port"], listener["Protocol"]) == (443, "HTTPS")
    assert listener["SslPolicy"] == "ELBSecurityPolicy-TLS13-1-2-2021-06"
    ports = [
        rule["FromPort"] for rule in properties("LoadBalancerSecurityGroup")["SecurityGroupIngress"]
    ]
    assert ports == [443]
    headers = attributes("HttpsListener", "ListenerAttributes")
    assert (
        "max-age=31536000"
        in headers["routing.http.response.strict_transport_security.header_value"]
    )


def test_the_certificate_covers_the_hosts_and_no_other_name():
    certificate = properties("Certificate")
    names = [certificate["DomainName"], *certificate["SubjectAlternativeNames"]]
    assert [option["DomainName"] for option in certificate["DomainValidationOptions"]] == names
    assert not [name for name in names if "*" in name["Fn::Sub"]]
    records = [record["Name"] for record in of_type("Route53::RecordSet").values()]
    assert names == records
    (rule,) = of_type("ElasticLoadBalancingV2::ListenerRule").values()
    assert rule["Conditions"][0]["HostHeaderConfig"]["Values"] == names


def test_the_load_balancer_is_logged_protected_and_strict():
    settings = attributes("LoadBalancer", "LoadBalancerAttributes")
    for kind in ("access", "connection"):
        assert settings[f"{kind}_logs.s3.enabled"] == "true"
        assert settings[f"{kind}_logs.s3.bucket"] == {"Ref": "AccessLogsBucketName"}
        # the bucket's policy allows logs below this prefix
        assert settings[f"{kind}_logs.s3.prefix"] == "alb"
    assert settings["deletion_protection.enabled"] == {
        "Fn::If": ["IsFirstDeploy", "false", {"Ref": "Protected"}]
    }
    assert settings["routing.http.drop_invalid_header_fields.enabled"] == "true"
    assert settings["routing.http.desync_mitigation_mode"] == "defensive"
    assert settings["waf.fail_open.enabled"] == "false"


def test_only_the_gateways_port_is_open_to_the_load_balancer():
    port = properties("TargetGroup")["Port"]
    rules = [
        properties("PodsFromLoadBalancer"),
        *properties("LoadBalancerSecurityGroup")["SecurityGroupEgress"],
    ]
    assert {(rule["FromPort"], rule["ToPort"]) for rule in rules} == {(port, port)}
    assert "Name" not in properties("TargetGroup")


def test_the_controller_may_register_targets_of_this_group_and_change_nothing_else():
    document = properties("ControllerRolePolicy")["PolicyDocument"]
    statements = {s["Sid"]: s for s in document["Statement"]}
    register = statements["Register"]
    assert register["Resource"] == [{"Ref": "TargetGroup"}]
    assert {a.partition(":")[2] for a in register["Action"]} == {
        "RegisterTargets",
        "DeregisterTargets",
    }
    assert all(":Describe" in action for action in statements["Look"]["Action"])
    association = properties("ControllerRoleAssociation")
    assert association["ServiceAccount"] == "aws-load-balancer-controller"


def test_the_firewall_has_its_rules_in_order_and_protects_the_load_balancer():
    rules = sorted(properties("Firewall")["Rules"], key=lambda rule: rule["Priority"])
    assert [rule["Name"] for rule in rules] == [
        "AWSManagedRulesAmazonIpReputationList",
        "AWSManagedRulesCommonRuleSet",
        "AWSManagedRulesKnownBadInputsRuleSet",
        "RateLimit",
    ]
    assert properties("FirewallAssociation")["ResourceArn"] == {"Ref": "LoadBalancer"}


def rules_of(**fields):
    """Return the firewall's rules by name, as a deployment with these fields makes them."""
    given = dict.fromkeys(TEMPLATE["Parameters"], "x") | fields
    firewall = evaluate({"": TEMPLATE}, given)["Firewall"]["Properties"]
    return {rule["Name"]: rule for rule in firewall["Rules"]}


def counted_rules(rules):
    groups = [rule["Statement"].get("ManagedRuleGroupStatement", {}) for rule in rules.values()]
    overrides = [item for group in groups for item in group.get("RuleActionOverrides", [])]
    assert all(item["ActionToUse"] == {"Count": {}} for item in overrides)
    return {item["Name"] for item in overrides}


def test_rules_that_uploads_can_match_only_count_until_the_file_says_block():
    counting = counted_rules(rules_of(FirewallUploads="count"))
    assert counting == {
        "CrossSiteScripting_BODY",
        "EC2MetaDataSSRF_BODY",
        "GenericLFI_BODY",
        "GenericRFI_BODY",
        "JavaDeserializationRCE_BODY",
        "Log4JRCE_BODY",
        "NoUserAgent_HEADER",
        "SizeRestrictions_BODY",
    }
    assert counted_rules(rules_of(FirewallUploads="block")) == {"SizeRestrictions_BODY"}


@pytest.mark.parametrize(("field", "action"), [("count", "Count"), ("block", "Block")])
def test_the_limit_of_requests_counts_until_the_file_says_block(field, action):
    assert rules_of(FirewallRate=field)["RateLimit"]["Action"] == {action: {}}


def test_the_firewalls_log_contains_no_credentials_and_no_queries():
    log = properties("FirewallLog")
    (target,) = log["LogDestinationConfigs"]
    # WAF refuses an ARN with the star that GetAtt returns, and any other prefix of the name
    # (failure firewall-log-name)
    assert target["Fn::Sub"].endswith(":log-group:${FirewallLogGroup}")
    assert properties("FirewallLogGroup")["LogGroupName"]["Fn::Sub"].startswith("aws-waf-logs-")
    redacted = [
        field.get("SingleHeader", {}).get("Name", "query") for field in log["RedactedFields"]
    ]
    assert set(redacted) == {"authorization", "cookie", "x-tidepool-session-token", "query"}


def test_requests_are_not_sampled():
    """Redaction does not apply to samples (AWS docs, VisibilityConfig)."""
    firewall = properties("Firewall")
    of_rules = [rule["VisibilityConfig"] for rule in firewall["Rules"]]
    for visibility in (*of_rules, firewall["VisibilityConfig"]):
        assert visibility["SampledRequestsEnabled"] is False


@pytest.mark.parametrize(
    "title",
    [
        "BlockedRequestsAlarm",
        "LatencyAlarm",
        "LoadBalancerErrorsAlarm",
        "TargetErrorsAlarm",
        "UnhealthyTargetsAlarm",
    ],
)
def test_symptoms_for_users_have_an_alarm(title):
    assert properties(title)["AlarmActions"]


def test_an_empty_target_group_pages():
    """It has no unhealthy target, and publishes no metric at all."""
    alarm = properties("NoTargetsAlarm")
    assert alarm["MetricName"] == "HealthyHostCount"
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("LessThanThreshold", 1)
    assert alarm["TreatMissingData"] == "breaching"
    assert alarm["AlarmActions"] == [{"Ref": "CriticalTopicArn"}]


def test_the_alarm_on_a_certificate_that_is_not_renewed_stays_after_its_expiry():
    alarm = properties("CertificateExpiryAlarm")
    assert alarm["Dimensions"] == [{"Name": "CertificateArn", "Value": {"Ref": "Certificate"}}]
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("LessThanThreshold", 30)
    assert (alarm["Period"], alarm["TreatMissingData"]) == (86_400, "ignore")


def test_the_health_check_from_outside_is_an_output():
    """It has no alarm: the runbook needs its id."""
    check = properties("HealthCheck")["HealthCheckConfig"]
    assert (check["Type"], check["ResourcePath"]) == ("HTTPS", "/status")
    assert TEMPLATE["Outputs"]["HealthCheckId"]["Value"] == {"Ref": "HealthCheck"}
    surfaced = {output.name for output in CONCERN.outputs if output.surface}
    assert "HealthCheckId" in surfaced


def test_the_latency_alarm_is_on_the_99th_percentile():
    alarm = properties("LatencyAlarm")
    assert alarm["ExtendedStatistic"] == "p99"
    assert "Statistic" not in alarm


def test_the_firewalls_alarm_and_metrics_have_the_same_name():
    names = {d["Name"]: d["Value"] for d in properties("BlockedRequestsAlarm")["Dimensions"]}
    assert names["WebACL"] == properties("Firewall")["VisibilityConfig"]["MetricName"]
