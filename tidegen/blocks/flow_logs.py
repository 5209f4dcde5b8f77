"""Flow logs of a VPC: to CloudWatch for alarms, and to the log archive for years."""

from awacs import logs as actions
from troposphere import GetAtt, Ref, Sub, Template, ec2

from tidegen.blocks.inputs import LOG_INTAKE
from tidegen.blocks.logs import add_log_group
from tidegen.blocks.policies import allow, document, trust
from tidegen.blocks.roles import add_role
from tidegen.contract import Input

#: The default fields, and the packet's own addresses: behind a NAT gateway or a pod's node they
#: differ from the interface's. AWS docs, "Flow log records".
FIELDS = (
    *("version", "account-id", "interface-id", "srcaddr", "dstaddr", "srcport", "dstport"),
    *("protocol", "packets", "bytes", "start", "end", "action", "log-status", "vpc-id"),
    *("subnet-id", "instance-id", "tcp-flags", "pkt-srcaddr", "pkt-dstaddr", "az-id"),
    *("flow-direction", "traffic-path"),
)
_FORMAT = " ".join(f"${{{field}}}" for field in FIELDS)


def add_flow_logs(template: Template, intake: Input = LOG_INTAKE) -> None:
    """Add both flow logs and the role of the first; delivery to S3 must not have a role."""
    group = add_log_group(template, "FlowLogGroup", Sub("/${Project}/${Environment}/flow-logs"))
    statement = allow(
        "WriteFlowLogs",
        [actions.CreateLogStream, actions.PutLogEvents, actions.DescribeLogStreams],
        [GetAtt(group, "Arn")],
    )
    add_role(
        template,
        "FlowLogRole",
        trust("vpc-flow-logs"),
        document(statement),
        "Writes the VPC's flow logs to CloudWatch",
    )
    common = {
        "ResourceId": Ref("Vpc"),
        "ResourceType": "VPC",
        "TrafficType": "ALL",
        "LogFormat": _FORMAT,
    }
    template.add_resource(
        ec2.FlowLog(
            "FlowLog",
            LogDestinationType="cloud-watch-logs",
            LogGroupName=Ref(group),
            DeliverLogsPermissionArn=GetAtt("FlowLogRole", "Arn"),
            MaxAggregationInterval=60,
            DependsOn="FlowLogRolePolicy",
            **common,
        )
    )
    template.add_resource(
        ec2.FlowLog(
            "ArchiveFlowLog",
            LogDestinationType="s3",
            LogDestination=Ref(intake.name),
            DestinationOptions=ec2.DestinationOptions(
                FileFormat="parquet", HiveCompatiblePartitions=True, PerHourPartition=True
            ),
            MaxAggregationInterval=60,
            **common,
        )
    )
