"""A public delegated zone, a private zone of the own VPC, and the resolver's query log."""

from troposphere import GetAtt, Join, Ref, Sub, Template, route53, route53resolver

from tidegen.blocks import inputs
from tidegen.blocks.logs import add_log_group
from tidegen.blocks.records import add_record
from tidegen.blocks.stateful import ALWAYS_RETAINED, RETAINED
from tidegen.contract import PLATFORM, Concern, Context, Kind, Output


def add_resources(template: Template, _context: Context) -> None:
    """Add the zones and the query log. The zones contain other concerns' records: retain them.

    The public one even when its first creation is rolled back: it has validation records of
    certificates, with which Route 53 deletes no zone, and the parent delegates to its name servers.
    """
    template.add_resource(
        route53.HostedZone("PublicZone", Name=Ref(inputs.DOMAIN.name), **ALWAYS_RETAINED)
    )
    vpc = route53.HostedZoneVPCs(VPCId=Ref(inputs.VPC.name), VPCRegion=Ref("AWS::Region"))
    template.add_resource(
        route53.HostedZone(
            "PrivateZone", Name=Ref(inputs.PRIVATE_DOMAIN.name), VPCs=[vpc], **RETAINED
        )
    )
    _add_records(template)
    _add_query_log(template)


def _add_records(template: Template) -> None:
    """Add records that limit issuers of certificates, and forbid mail from or to the bare domain.

    Mail is sent from subdomains, which have records of their own (the email concern).
    """
    domain, zone = Ref(inputs.DOMAIN.name), "PublicZone"
    issuers = ('0 issue "amazon.com"', '0 issuewild "amazon.com"')
    policy = '"v=DMARC1; p=reject; sp=reject; adkim=s; aspf=s"'
    add_record(template, "CertificateAuthorities", zone, domain, "CAA", *issuers)
    add_record(template, "NoSender", zone, domain, "TXT", '"v=spf1 -all"')
    add_record(template, "NoMail", zone, domain, "MX", "0 .")
    add_record(template, "NoForgery", zone, Sub("_dmarc.${Domain}"), "TXT", policy)


def _add_query_log(template: Template) -> None:
    """Log the VPC's queries. A change of any property replaces the resource, tags included."""
    # Route 53 Resolver writes under this prefix without a resource policy of its own.
    name = Sub("/aws/vendedlogs/${Project}/${Environment}/resolver")
    group = add_log_group(template, "QueryLogGroup", name)
    config = template.add_resource(
        route53resolver.ResolverQueryLoggingConfig("QueryLog", DestinationArn=GetAtt(group, "Arn"))
    )
    template.add_resource(
        route53resolver.ResolverQueryLoggingConfigAssociation(
            "QueryLogAssociation",
            ResolverQueryLogConfigId=Ref(config),
            ResourceId=Ref(inputs.VPC.name),
        )
    )


CONCERN = Concern(
    scopes=PLATFORM,
    add_resources=add_resources,
    inputs=(
        *inputs.NAMES,
        inputs.DOMAIN,
        inputs.PRIVATE_DOMAIN,
        inputs.VPC,
        inputs.LOGS_KEY,
    ),
    outputs=(
        Output("PublicZoneId", Kind.HOSTED_ZONE_ID, Ref("PublicZone"), "Public zone", surface=True),
        Output(
            "PrivateZoneId", Kind.HOSTED_ZONE_ID, Ref("PrivateZone"), "Private zone", surface=True
        ),
        Output(
            "NameServers",
            Kind.STRING_LIST,
            Join(",", GetAtt("PublicZone", "NameServers")),
            "Name servers, for the parent zone",
            surface=True,
        ),
        Output(
            "QueryLogGroupName",
            Kind.LOG_GROUP_NAME,
            Ref("QueryLogGroup"),
            "Log of the VPC's resolver queries",
        ),
    ),
)
