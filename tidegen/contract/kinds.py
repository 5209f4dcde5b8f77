"""The kinds of value that flow between environments, concerns and roots."""

from enum import StrEnum


class Kind(StrEnum):
    """The type of an input or output: a wire joins equal kinds only."""

    ACCOUNT_ID = "account id"
    ALIAS_TARGET = "dns name for an alias"
    AMI_ID = "ami id"
    ARN = "arn"
    ARN_LIST = "list of arns"
    AVAILABILITY_ZONE = "availability zone"
    BOOLEAN = "boolean"
    BUCKET_ARN = "bucket arn"
    BUCKET_NAME = "bucket name"
    CIDR = "cidr"
    CIDR_LIST = "list of cidrs"
    CLUSTER_NAME = "cluster name"
    DOMAIN = "domain name"
    EMAIL = "email address"
    HOSTED_ZONE_ID = "hosted zone id"
    KEY_ARN = "key arn"
    LOG_GROUP_NAME = "log group name"
    NAME = "name"
    NUMBER = "number"
    QUEUE_ARN = "queue arn"
    REGION = "region"
    ROLE_ARN = "role arn"
    SECRET_ARN = "secret arn"
    SECURITY_GROUP_ID = "security group id"
    SERVICE_NAME = "endpoint service name"
    STRING = "string"
    STRING_LIST = "list of strings"
    SUBNET_ID = "subnet id"
    SUBNET_IDS = "list of subnet ids"
    TABLE_ARN = "table arn"
    TABLE_NAME = "table name"
    TOPIC_ARN = "topic arn"
    VERSION = "version"
    VPC_ID = "vpc id"

    @property
    def parameter_type(self) -> str:
        """The CloudFormation parameter type: a plain string or list.

        AWS-specific types are checked against the account while a sibling's output is still
        unknown in a nested change set, and fail there (failure parameter-not-found). A machine
        image comes from the environment file, never from a sibling, so the check is of use there
        (W2506).
        """
        if self is Kind.AMI_ID:
            return "AWS::EC2::Image::Id"
        return "CommaDelimitedList" if self.value.startswith("list of") else "String"
