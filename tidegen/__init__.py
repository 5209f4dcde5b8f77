"""tidegen: CloudFormation for one platform in many identical environments."""

__version__ = "0.1.0"
