"""AWS behind the port; boto3 is imported nowhere else."""

from tidegen.aws.adapter import connect

__all__ = ["connect"]
