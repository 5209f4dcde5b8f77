"""Sessions by credentials: a profile, an assumed role, the environment's, or a local engine."""

import logging
import os
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from tidegen.aws.answers import check_answers
from tidegen.aws.credentials import prepare_providers, role_session_name, shared
from tidegen.aws.waiting import report_attempts
from tidegen.planning.model import Place

_LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")


def local_endpoint() -> str | None:
    """Return AWS_ENDPOINT_URL if it points at this machine."""
    endpoint = os.environ.get("AWS_ENDPOINT_URL", "")
    try:
        return endpoint if urlsplit(endpoint).hostname in _LOCAL_HOSTS else None
    except ValueError:  # no URL, which botocore says when it uses it
        return None


def session(place: Place) -> Any:
    """Return a boto3 session for `place`.

    A local engine takes a 12-digit access key id as the account, so there the environment file's
    account is used, and neither profile nor role.
    """
    import boto3

    _keep_requests_out_of_logs()
    if local_endpoint():
        local = boto3.Session(
            aws_access_key_id=place.account,
            aws_secret_access_key="local",  # noqa: S106 - a local engine checks none
            region_name=place.region,
        )
        _observe(local.events)
        return local
    profile, role = place.credentials.profile, place.credentials.role
    source = _source(profile, place.region)
    source._session._credentials = shared((profile, role), lambda: _credentials(source, role))
    _observe(source.events)
    return source


def _observe(events: Any) -> None:
    report_attempts(events)
    check_answers(events)


def _credentials(source: Any, role: str | None) -> Any:
    """Return the credentials of a session, or those of the role that they assume."""
    prepare_providers(source._session)
    return _assumed(source, role) if role else source.get_credentials()


def credentials_end(place: Place) -> datetime | None:
    """Return when the credentials for `place` end; None if they renew themselves, or are unknown.

    Only those of the environment's variables are not renewed; AWS_CREDENTIAL_EXPIRATION, which
    `aws configure export-credentials --format env` prints, has their end (botocore, EnvProvider).
    """
    from botocore.exceptions import BotoCoreError

    text = os.environ.get("AWS_CREDENTIAL_EXPIRATION", "")
    try:
        credentials = _source(place.credentials.profile, place.region).get_credentials()
        end = datetime.fromisoformat(text)
    except (BotoCoreError, OSError, ValueError):  # botocore reads the variable too
        return None
    if credentials is None or credentials.method != "env":
        return None
    return end if end.tzinfo else end.replace(tzinfo=UTC)


def _keep_requests_out_of_logs() -> None:
    """Log no whole requests and answers: they hold parameters, signatures and secrets."""
    for name in ("botocore", "urllib3"):
        logger = logging.getLogger(name)
        logger.setLevel(max(logger.level, logging.INFO))


def _source(profile: str | None, region: str) -> Any:
    """Return a session by profile; without such a profile, by the environment's credentials.

    So one file works on a person's machine and in CI. The account is checked afterwards anyway.
    """
    import boto3
    from botocore.exceptions import ProfileNotFound

    try:
        return boto3.Session(profile_name=profile, region_name=region)
    except ProfileNotFound:
        # AWS_PROFILE may name the one that is missing
        if os.environ.get("AWS_PROFILE") or boto3.Session().get_credentials() is None:
            raise
        return boto3.Session(region_name=region)


def _assumed(source: Any, role: str) -> Any:
    """Return the role's credentials, renewed while a long deploy is watched."""
    from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials
    from botocore.exceptions import NoCredentialsError

    if source.get_credentials() is None:
        raise NoCredentialsError
    fetcher = AssumeRoleCredentialFetcher(
        client_creator=source._session.create_client,
        source_credentials=source.get_credentials(),
        role_arn=role,
        extra_args={"RoleSessionName": role_session_name(os.environ)},
    )
    return DeferredRefreshableCredentials(fetcher.fetch_credentials, "assume-role")


def client_settings() -> Any:
    """Return adaptive retries, which outlast throttling and short outages, and path-style S3."""
    from botocore.config import Config

    attempts, seconds = (3, 60) if local_endpoint() else (10, 30)
    return Config(
        retries={"mode": "adaptive", "total_max_attempts": attempts},
        s3={"addressing_style": "path"},
        connect_timeout=5,
        read_timeout=seconds,
        user_agent_extra="tidegen",
    )
