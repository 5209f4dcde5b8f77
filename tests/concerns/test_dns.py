"""DNS: zones that outlive their stack, mail that nobody can send from the bare domain."""

import json

from tidegen.concerns.dns import CONCERN
from tidegen.contract import Context

RESOURCES = json.loads(CONCERN.build(Context()).to_json())["Resources"]


def record(title):
    return RESOURCES[title]["Properties"]


def test_the_private_zone_is_visible_to_the_own_vpc_only():
    """Isolation proof P10."""
    assert record("PrivateZone")["VPCs"] == [
        {"VPCId": {"Ref": "VpcId"}, "VPCRegion": {"Ref": "AWS::Region"}}
    ]
    assert "VPCs" not in record("PublicZone")


def test_only_amazon_issues_certificates():
    values = record("CertificateAuthorities")["ResourceRecords"]
    assert values == ['0 issue "amazon.com"', '0 issuewild "amazon.com"']


def test_the_bare_domain_sends_and_receives_no_mail():
    """RFC 7208, 7489 and 7505; the instances of SES have records of their own, below."""
    assert record("NoSender")["ResourceRecords"] == ['"v=spf1 -all"']
    assert record("NoMail")["ResourceRecords"] == ["0 ."]
    (policy,) = record("NoForgery")["ResourceRecords"]
    assert "p=reject" in policy
    assert "sp=reject" in policy
    assert record("NoForgery")["Name"] == {"Fn::Sub": "_dmarc.${Domain}"}


def test_resolver_queries_are_logged_under_the_prefix_of_vended_logs():
    name = RESOURCES["QueryLogGroup"]["Properties"]["LogGroupName"]["Fn::Sub"]
    assert name.startswith("/aws/vendedlogs/")
    association = record("QueryLogAssociation")
    assert association["ResourceId"] == {"Ref": "VpcId"}
    assert association["ResolverQueryLogConfigId"] == {"Ref": "QueryLog"}
