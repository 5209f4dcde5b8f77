"""botocore's errors as tidegen's: one line, with what to do."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tidegen.errors import AccessError, DeploymentError, Problem, RefusedError

if TYPE_CHECKING:
    from tidegen.errors import TidegenError

_EXPIRED = ("ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired")
_INVALID = (
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "AuthFailure",
)
_DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "403", "Forbidden")
_THROTTLED = ("Throttling", "ThrottlingException", "RequestLimitExceeded", "SlowDown")
_AGAIN = "run the same command again, it takes up where it was"


@contextmanager
def translated(where: str, operation: str) -> Iterator[None]:
    """Raise tidegen's error for any of botocore's inside the block."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        raise _service_error(error, where, operation) from error
    except BotoCoreError as error:
        raise _local_error(error, where) from error


def _service_error(error: Exception, where: str, operation: str) -> "TidegenError":
    """The error for what a service answered."""
    answer = getattr(error, "response", {}).get("Error", {})
    code, message = str(answer.get("Code", "")), str(answer.get("Message", "")).strip()
    if code in _EXPIRED:
        return AccessError(
            Problem(where, f"the credentials have expired; renew them, then {_AGAIN}")
        )
    if code in _INVALID:
        return AccessError(Problem(where, f"AWS knows no such credentials ({code}); check them"))
    if code in _DENIED:
        return RefusedError(
            Problem(where, f"{operation} is not allowed: {message}; give the role this permission")
        )
    if code in _THROTTLED:
        return DeploymentError(Problem(where, f"AWS throttles {operation}; {_AGAIN}"))
    return DeploymentError(Problem(where, f"{operation}: {message or code} ({code})"))


def _local_error(error: Exception, where: str) -> "TidegenError":
    """The error for a call that no service answered."""
    from botocore import exceptions as known

    if isinstance(error, known.ProfileNotFound):
        return AccessError(Problem(where, f"{error}; add it to ~/.aws/config or change the file"))
    if isinstance(error, (known.NoCredentialsError, known.PartialCredentialsError)):
        return AccessError(
            Problem(where, "there are no AWS credentials; log in, or set a profile or variables")
        )
    if isinstance(
        error, (known.SSOError, known.TokenRetrievalError, known.CredentialRetrievalError)
    ):
        return AccessError(Problem(where, f"no credentials ({error}); log in again"))
    if isinstance(error, (known.ConnectionError, known.HTTPClientError)):
        text = f"AWS cannot be reached ({_first(error)}); check the network, then {_AGAIN}"
        return AccessError(Problem(where, text))
    return DeploymentError(Problem(where, _first(error)))


def _first(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
