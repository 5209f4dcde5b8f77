"""A kubeconfig for the private cluster: its address and authentication, without any secret."""

from collections.abc import Mapping
from typing import Any

import yaml

from tidegen.chart.values import output

#: The tunnel's port on the machine that runs kubectl.
LOCAL_PORT = 8443
_HEAD = """\
# The API answers inside the VPC only. Keep a tunnel open to it, through any node, elsewhere:
#   node=$(aws ec2 describe-instances --region {region} --output text \\
#     --query 'Reservations[0].Instances[0].InstanceId' --filters \\
#     Name=tag:eks:cluster-name,Values={cluster} Name=instance-state-name,Values=running)
#   aws ssm start-session --region {region} --target "$node" \\
#     --document-name AWS-StartPortForwardingSessionToRemoteHost \\
#     --parameters host={host},portNumber=443,localPortNumber={port}
"""


def kubeconfig_text(outputs: Mapping[str, str], region: str) -> str:
    """Return the file for kubectl and helm, with the tunnel's commands in its first lines.

    Raises InputError if an output is missing. The certificate is checked for the endpoint's own
    name, not for the tunnel's address. Access depends on the cluster's access entry for the role of
    the shell's credentials.
    """
    name = output(outputs, "ClusterName")
    host = output(outputs, "ClusterEndpoint").removeprefix("https://")
    head = _HEAD.format(region=region, cluster=name, host=host, port=LOCAL_PORT)
    config = _kubeconfig(name, host, output(outputs, "ClusterAuthority"), region)
    return head + yaml.safe_dump(config, sort_keys=False).rstrip("\n")


def _kubeconfig(name: str, host: str, authority: str, region: str) -> dict[str, Any]:
    server = {
        "server": f"https://localhost:{LOCAL_PORT}",
        "tls-server-name": host,
        "certificate-authority-data": authority,
    }
    token = {
        "apiVersion": "client.authentication.k8s.io/v1beta1",
        "command": "aws",
        "args": ["eks", "get-token", "--cluster-name", name, "--region", region],
    }
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": server}],
        "users": [{"name": name, "user": {"exec": token}}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "current-context": name,
    }
