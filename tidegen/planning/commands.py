"""Commands of the AWS CLI to print: each one reaches the account of the environment file."""

from tidegen.planning.model import Place, StackAddress


def aws_command(place: Place, command: str) -> str:
    """Return a command of the AWS CLI with the region and profile, after the account to run it in.

    The CLI has no option for a role, which is named instead.
    """
    credentials = place.credentials
    role = f" as {credentials.role}" if credentials.role else ""
    profile = f" --profile {credentials.profile}" if credentials.profile else ""
    return f"in account {place.account}{role} run aws {command} --region {place.region}{profile}"


def stack_command(address: StackAddress, operation: str) -> str:
    """Return the command for an operation of CloudFormation on a stack."""
    return aws_command(address.place, f"cloudformation {operation} --stack-name {address.name}")
