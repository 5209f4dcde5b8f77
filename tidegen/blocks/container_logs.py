"""Log groups of pods and nodes: the observability add-on prescribes their names."""

from troposphere import Sub, Template

from tidegen.blocks.logs import add_log_group

#: Prefix of the names, text for Fn::Sub. The add-on creates a group itself, without key or
#: retention, if it does not exist yet (failure log-group-exists).
#: Source: AWS docs, "Send logs to CloudWatch Logs" (Container Insights, Fluent Bit).
PREFIX = "/aws/containerinsights/${Project}-${Environment}"
#: Output of the services, one JSON object a line: `log`, `kubernetes.namespace_name` and so on.
APPLICATIONS = f"{PREFIX}/application"
_KINDS = ("application", "dataplane", "host", "performance")


def add_container_log_groups(template: Template) -> list[str]:
    """Add all of the groups; return their logical ids."""
    return [
        add_log_group(template, f"{kind.capitalize()}LogGroup", Sub(f"{PREFIX}/{kind}")).title
        for kind in _KINDS
    ]
