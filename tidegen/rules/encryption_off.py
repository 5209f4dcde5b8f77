from typing import Any

from tidegen.rules import _rule

_DISK = ("BlockDeviceMappings", "*", "Ebs", "Encrypted")
#: Types that are not encrypted unless they say so.
_OFF_BY_DEFAULT = ("AWS::EC2::Volume", "AWS::EFS::FileSystem", "AWS::RDS::DBCluster")


class EncryptionOff(_rule.ValueRule):
    """The switch of an encryption is on.

    A key alone does not encrypt: EC2 refuses a key of a volume that is not encrypted, and DynamoDB
    with SSEEnabled false takes a key that AWS owns.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVolume.html
    """

    id = "E9313"
    paths = {
        "AWS::DynamoDB::Table": ("SSESpecification", "SSEEnabled"),
        "AWS::EC2::Instance": _DISK,
        "AWS::EC2::LaunchTemplate": ("LaunchTemplateData", *_DISK),
        "AWS::EC2::Volume": ("Encrypted",),
        "AWS::EFS::FileSystem": ("Encrypted",),
        "AWS::ElastiCache::ReplicationGroup": ("AtRestEncryptionEnabled",),
        "AWS::RDS::DBCluster": ("StorageEncrypted",),
        "AWS::RDS::DBInstance": ("StorageEncrypted",),
        "AWS::Redshift::Cluster": ("Encrypted",),
    }
    good = """
Volume:
  Type: AWS::EC2::Volume
  Properties: {AvailabilityZone: !Ref Zone, Size: 8, Encrypted: true, KmsKeyId: !Ref KeyArn}
"""
    bad = good.replace("Encrypted: true", "Encrypted: false")

    def fault(self, value: Any, resource: _rule.Resource, template: _rule.View) -> str | None:
        is_off = str(value).lower() == "false"
        if is_off or (value is None and resource.type in _OFF_BY_DEFAULT):
            option = "/".join(self.paths[resource.type])
            return f"{resource.type} is not encrypted; set {option} to true"
        return None
