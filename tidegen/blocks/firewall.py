"""The web application firewall: managed rules, a rate limit, a log without credentials."""

from troposphere import Equals, GetAtt, If, NoValue, Ref, Sub, Template, wafv2

from tidegen.blocks.inputs import from_field
from tidegen.blocks.logs import add_log_group
from tidegen.blocks.policies import arn

#: Inputs of a concern with a firewall: count (log only) or block.
UPLOADS = from_field("FirewallUploads", "firewall.uploads")
RATE = from_field("FirewallRate", "firewall.rate")
FIREWALL_INPUTS = (UPLOADS, RATE)
_COUNTS_UPLOADS, _COUNTS_RATE = "CountsUploads", "CountsRate"
#: A rule that always counts: bodies of uploads are larger than WAF reads.
_ALWAYS_COUNTED = "SizeRestrictions_BODY"
#: AWS managed rule groups in order of evaluation, with the rules that an upload of a device can
#: match by accident: they read the first 8 KB of a binary body, or need a user agent.
_MANAGED: dict[str, tuple[str, ...]] = {
    "AWSManagedRulesAmazonIpReputationList": (),
    "AWSManagedRulesCommonRuleSet": (
        "CrossSiteScripting_BODY",
        "EC2MetaDataSSRF_BODY",
        "GenericLFI_BODY",
        "GenericRFI_BODY",
        "NoUserAgent_HEADER",
    ),
    "AWSManagedRulesKnownBadInputsRuleSet": ("JavaDeserializationRCE_BODY", "Log4JRCE_BODY"),
}
_LARGE_BODIES = "AWSManagedRulesCommonRuleSet"
_REQUESTS_IN_FIVE_MINUTES = 2000
_REDACTED = ("authorization", "cookie", "x-tidepool-session-token")


#: The firewall's name in its metrics: an account may have several.
METRIC_NAME = Sub("${Project}-${Environment}-firewall")


def add_firewall(template: Template, load_balancer: str) -> None:
    """Add the firewall, its association with the load balancer, and its log."""
    template.add_condition(_COUNTS_UPLOADS, Equals(Ref(UPLOADS.name), "count"))
    template.add_condition(_COUNTS_RATE, Equals(Ref(RATE.name), "count"))
    rules = [_managed(n, name, matched) for n, (name, matched) in enumerate(_MANAGED.items())]
    template.add_resource(
        wafv2.WebACL(
            "Firewall",
            Scope="REGIONAL",
            DefaultAction=wafv2.DefaultAction(Allow=wafv2.AllowAction()),
            Rules=[*rules, _rate_limit(len(rules))],
            VisibilityConfig=_visibility(METRIC_NAME),
        )
    )
    template.add_resource(
        wafv2.WebACLAssociation(
            "FirewallAssociation",
            ResourceArn=Ref(load_balancer),
            WebACLArn=GetAtt("Firewall", "Arn"),
        )
    )
    # WAF delivers to groups of this prefix only (failure firewall-log-name).
    name = Sub("aws-waf-logs-${Project}-${Environment}")
    add_log_group(template, "FirewallLogGroup", name)
    template.add_resource(
        wafv2.LoggingConfiguration(
            "FirewallLog",
            ResourceArn=GetAtt("Firewall", "Arn"),
            LogDestinationConfigs=[
                arn("logs:${AWS::Region}:${AWS::AccountId}:log-group:${FirewallLogGroup}")
            ],
            RedactedFields=[
                # addresses and names of patients are looked up by query
                wafv2.LoggingConfigurationFieldToMatch(QueryString={}),
                *(
                    wafv2.LoggingConfigurationFieldToMatch(
                        SingleHeader=wafv2.SingleHeader(Name=header)
                    )
                    for header in _REDACTED
                ),
            ],
        )
    )


def _managed(priority: int, name: str, matched: tuple[str, ...]) -> wafv2.WebACLRule:
    always = [_counted(_ALWAYS_COUNTED)] if name == _LARGE_BODIES else []
    overrides = [
        *always,
        *(If(_COUNTS_UPLOADS, _counted(rule), NoValue) for rule in matched),
    ]
    extra = {"RuleActionOverrides": overrides} if overrides else {}
    group = wafv2.ManagedRuleGroupStatement(VendorName="AWS", Name=name, **extra)
    return wafv2.WebACLRule(
        Name=name,
        Priority=priority,
        OverrideAction=wafv2.OverrideAction(**{"None": {}}),
        Statement=wafv2.Statement(ManagedRuleGroupStatement=group),
        VisibilityConfig=_visibility(name),
    )


def _counted(rule: str) -> wafv2.RuleActionOverride:
    count = wafv2.RuleAction(Count=wafv2.CountAction())
    return wafv2.RuleActionOverride(Name=rule, ActionToUse=count)


def _rate_limit(priority: int) -> wafv2.WebACLRule:
    limit = wafv2.RateBasedStatement(AggregateKeyType="IP", Limit=_REQUESTS_IN_FIVE_MINUTES)
    return wafv2.WebACLRule(
        Name="RateLimit",
        Priority=priority,
        Action=If(
            _COUNTS_RATE,
            wafv2.RuleAction(Count=wafv2.CountAction()),
            wafv2.RuleAction(Block=wafv2.BlockAction()),
        ),
        Statement=wafv2.Statement(RateBasedStatement=limit),
        VisibilityConfig=_visibility("RateLimit"),
    )


def _visibility(metric: str | Sub) -> wafv2.VisibilityConfig:
    """Return metrics without samples: samples show whole requests, nothing is redacted in them."""
    return wafv2.VisibilityConfig(
        CloudWatchMetricsEnabled=True, MetricName=metric, SampledRequestsEnabled=False
    )
