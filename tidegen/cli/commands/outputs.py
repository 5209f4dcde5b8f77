"""`tidegen outputs`."""

from collections.abc import Mapping

import click

from tidegen.cli.common import cli_command, echo_json, format_option, question, target_options

_FORMATS = (
    "table",
    "json",
    "dotenv",
    "helm-values",
    "manifests",
    "post-renderer",
    "kubeconfig",
)


@cli_command(
    "tidegen outputs --env production",
    "tidegen outputs --env staging --json",
    "tidegen outputs --env staging --format dotenv > staging.env",
    "tidegen outputs --env staging --format kubeconfig > staging.kubeconfig",
    "tidegen outputs --env staging --format manifests | kubectl apply -f -",
    "tidegen outputs --env staging --format helm-values > staging-values.yaml",
    "tidegen outputs --env staging --format post-renderer > post-renderer",
)
@target_options
@format_option(
    _FORMATS, "Format; the last four are for the cluster and Tidepool's chart, without secrets."
)
@click.option("--json", "form", flag_value="json", help="The same as --format json.")
@click.pass_obj
@question()
def command(directory: str, name: str, local: bool, form: str) -> None:
    """Show an environment's outputs, or print files for Tidepool's chart from them.

    helm-values is the chart's values file. manifests creates the chart's prerequisites: namespaces,
    service accounts, storage, secrets from Secrets Manager, load-balancer targets. post-renderer is
    the script that Helm passes the rendered chart through; it sets the address of the logo in
    mails, for which the chart has no value. kubeconfig connects kubectl and helm to the private
    cluster, and contains the command that opens the tunnel. kubeconfig and manifests also work for
    shared services.
    """
    from tidegen.cli.session import open_session
    from tidegen.deployment.reading.status import environment_outputs

    with open_session(directory, local=local) as session:
        target = session.target(name)
        by_scope = environment_outputs(target, session.connect)
    outputs = {str(scope): values for scope, values in by_scope.items()}
    if form == "json":
        echo_json(outputs)
    elif outputs:
        click.echo(_text(form, outputs, target.region, name))
    else:
        click.echo(f"{name} is not deployed; run 'tidegen deploy --env {name}'", err=True)
    raise click.exceptions.Exit(0 if outputs else 1)


def _text(form: str, outputs: Mapping[str, Mapping[str, str]], region: str, name: str) -> str:
    from tidegen.chart.kubeconfig import kubeconfig_text
    from tidegen.chart.manifests import manifests_text, shared_manifests_text
    from tidegen.chart.post_renderer import post_renderer
    from tidegen.chart.values import helm_values
    from tidegen.contract import Scope
    from tidegen.reporting.outputs import dotenv_text, outputs_text

    match form:
        case "dotenv":
            return dotenv_text(outputs)
        case "helm-values":
            return helm_values(_of_environment(outputs, name), region)
        case "manifests" if Scope.SHARED in outputs:
            return shared_manifests_text(outputs[Scope.SHARED])
        case "manifests":
            return manifests_text(_of_environment(outputs, name), region)
        case "post-renderer":
            return post_renderer(_of_environment(outputs, name))
        case "kubeconfig":
            cluster = outputs.get(Scope.SHARED) or _of_environment(outputs, name)
            return kubeconfig_text(cluster, region)
        case _:
            return outputs_text(outputs)


def _of_environment(outputs: Mapping[str, Mapping[str, str]], name: str) -> Mapping[str, str]:
    from tidegen.contract import Scope
    from tidegen.errors import InputError, Problem

    if Scope.ENVIRONMENT not in outputs:
        raise InputError(
            Problem(
                name,
                "has no environment root stack; name an environment, and deploy it first",
            )
        )
    return outputs[Scope.ENVIRONMENT]
