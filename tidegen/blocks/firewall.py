"""The web application firewall: managed rules, a rate limit, a log without credentials."""

from troposphere import GetAtt, Ref, Sub, Template, wafv2

from tidegen.blocks.logs import add_log_group
from tidegen.blocks.policies import arn

#: AWS managed rule groups in order of evaluation, with the rules that only count: bodies of
#: uploads are larger than WAF reads.
_MANAGED = {
    "AWSManagedRulesAmazonIpReputationList": (),
    "AWSManagedRulesCommonRuleSet": ("SizeRestrictions_BODY",),
    "AWSManagedRulesKnownBadInputsRuleSet": (),
}
_REQUESTS_IN_FIVE_MINUTES = 2000
_REDACTED = ("authorization", "cookie", "x-tidepool-session-token")


#: The firewall's name in its metrics: an account may have several.
METRIC_NAME = Sub("${Project}-${Environment}-firewall")


def add_firewall(template: Template, load_balancer: str) -> None:
    """Add the firewall, its association with the load balancer, and its log."""
    rules = [_managed(n, name, counted) for n, (name, counted) in enumerate(_MANAGED.items())]
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


def _managed(priority: int, name: str, counted: tuple[str, ...]) -> wafv2.WebACLRule:
    overrides = [
        wafv2.RuleActionOverride(Name=rule, ActionToUse=wafv2.RuleAction(Count=wafv2.CountAction()))
        for rule in counted
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


def _rate_limit(priority: int) -> wafv2.WebACLRule:
    limit = wafv2.RateBasedStatement(AggregateKeyType="IP", Limit=_REQUESTS_IN_FIVE_MINUTES)
    return wafv2.WebACLRule(
        Name="RateLimit",
        Priority=priority,
        Action=wafv2.RuleAction(Block=wafv2.BlockAction()),
        Statement=wafv2.Statement(RateBasedStatement=limit),
        VisibilityConfig=_visibility("RateLimit"),
    )


def _visibility(metric: str | Sub) -> wafv2.VisibilityConfig:
    """Return metrics without samples: samples show whole requests, nothing is redacted in them."""
    return wafv2.VisibilityConfig(
        CloudWatchMetricsEnabled=True, MetricName=metric, SampledRequestsEnabled=False
    )
