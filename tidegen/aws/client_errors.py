"""Errors of calls that no service of AWS answered: credentials, network, unreadable answers.

botocore raises its own exceptions for most of them, and those of Python or urllib3 for the rest: a
missing credential helper is a FileNotFoundError, an endpoint without a scheme a ValueError, an
answer that is no XML a ResponseParserError.
"""

import os
from collections.abc import Iterator
from types import TracebackType

from tidegen.aws.redaction import redacted
from tidegen.aws.sessions import local_endpoint
from tidegen.errors import AccessError, DeploymentError, Problem, TidegenError, UnavailableError

AGAIN = "run the same command again, it continues where it stopped"
EXPIRED = f"the credentials have expired; CloudFormation continues; renew them, then {AGAIN}"
# Credentials of variables whose AWS_CREDENTIAL_EXPIRATION is over: a bare RuntimeError of botocore.
_STILL_EXPIRED = "the refreshed credentials are still expired"
_PACKAGES = ("boto3", "botocore", "s3transfer", "urllib3")
#: The modules of botocore that find or renew credentials.
_CREDENTIAL_MODULES = ("botocore.configloader", "botocore.credentials", "botocore.tokens")
#: Python's and botocore's words about an endpoint that is no URL.
_NO_URL = ("Invalid endpoint", "Invalid IPv6 URL")
#: Python's words (http.client) about a header; the only ones that hold a user's values are signed.
_BAD_HEADER = "Invalid header value"
_LONGEST = 200  # characters of an exception's text


def is_from_botocore(error: BaseException) -> bool:
    """Return whether botocore, or a library that it calls, raised the exception."""
    return any(name.partition(".")[0] in _PACKAGES for name in _modules(error))


def client_error(error: Exception, where: str, operation: str) -> TidegenError:
    """Return the error for a call that no service answered."""
    from botocore import exceptions as known

    text = one_line(str(error)) or type(error).__name__
    if isinstance(error, known.ParamValidationError):
        return DeploymentError(Problem(where, text))
    problem = _credentials_problem(error, text) or _connection_problem(error, text)
    if problem:
        return AccessError(Problem(where, problem))
    return UnavailableError(Problem(where, unreadable(_named(error, text), operation)))


def _credentials_problem(error: Exception, text: str) -> str:
    """Return the message of an exception about credentials; empty for any other."""
    from botocore import exceptions as known

    if _STILL_EXPIRED in text:
        return EXPIRED
    if isinstance(error, known.ProfileNotFound):
        return f"{text}; add it to ~/.aws/config or change the file"
    if isinstance(error, (known.NoCredentialsError, known.PartialCredentialsError)):
        return "there are no AWS credentials; log in, or set a profile or variables"
    if isinstance(
        error, (known.SSOError, known.TokenRetrievalError, known.CredentialRetrievalError)
    ):
        return f"no credentials ({text}); log in again"
    if _BAD_HEADER in text:
        return (
            "the access key or the session token has a character, such as a line break, that no "
            "key has; correct the variables or the profile"
        )
    if isinstance(error, (known.ConnectionError, known.HTTPClientError)):
        return ""
    if any(name in _CREDENTIAL_MODULES for name in _modules(error)):
        return f"no credentials ({_named(error, text)}); correct the profile or the variables"
    return ""


def _connection_problem(error: Exception, text: str) -> str:
    """Return the message of an exception about the connection or the configuration."""
    from botocore import exceptions as known

    if any(words in text for words in _NO_URL):
        return f"{endpoint_variable()}: {text}; write a URL that begins with https:// or http://"
    if isinstance(error, (known.ConnectionError, known.HTTPClientError)):
        return _unreachable(text)
    if isinstance(error, known.BotoCoreError):
        return f"{text}; correct the configuration of the AWS SDK"
    return ""


def _unreachable(text: str) -> str:
    """Return the message of a failed connection; a local engine that ended has lost its state."""
    if local_endpoint():
        text = (
            f"the local AWS cannot be reached ({text}): its engine has ended, and its state with it"
        )
        return f"{text}; unset {endpoint_variable()}, then run the same command again with --local"
    return f"AWS cannot be reached ({text}); check the network{_settings_hint()}, then {AGAIN}"


def unreadable(text: str, operation: str) -> str:
    """Return the message of an answer that is not one of AWS."""
    return f"the answer to {operation} is not one of AWS ({text}); {unreadable_hint()}"


def unreadable_hint() -> str:
    """Return what to do about an answer that AWS does not give."""
    hint = f"a proxy or another service answers in its place: check the network{_settings_hint()}"
    return f"{hint}, then {AGAIN}"


def _settings_hint() -> str:
    """Return the variables that decide the endpoint or the proxy, if any is set."""
    names = [name for name in os.environ if name.startswith("AWS_ENDPOINT_URL")]
    proxies = [name for name in os.environ if name.upper() in ("HTTP_PROXY", "HTTPS_PROXY")]
    return "".join(f" and {name}" for name in sorted([*names, *proxies]))


def endpoint_variable() -> str:
    """Return the name of the variable that sets the endpoint."""
    names = sorted(name for name in os.environ if name.startswith("AWS_ENDPOINT_URL"))
    return names[0] if names else "endpoint_url in ~/.aws/config"


def one_line(text: str) -> str:
    """Return the first line of the text, without credentials."""
    lines = redacted(text.strip()).splitlines()
    return lines[0] if lines else ""


def _named(error: Exception, text: str) -> str:
    """Return the kind of the exception and its text, which may quote a whole answer."""
    kind = type(error).__name__
    short = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
    return short if short == kind else f"{kind}: {short}"


def _modules(error: BaseException) -> Iterator[str]:
    """Yield the names of the modules that the exception passed through."""
    trace: TracebackType | None = error.__traceback__
    while trace is not None:
        yield str(trace.tb_frame.f_globals.get("__name__", ""))
        trace = trace.tb_next
