"""botocore's errors as tidegen's: one line, with the remedy."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tidegen.aws.redaction import redacted
from tidegen.aws.sessions import local_endpoint
from tidegen.errors import (
    AccessError,
    DeploymentError,
    OvertakenError,
    Problem,
    RefusedError,
    overtaken_text,
)

if TYPE_CHECKING:
    from tidegen.errors import TidegenError

_EXPIRED = ("ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired")
_SKEWED = ("RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture")
# CloudFormation answers SignatureDoesNotMatch to a clock that is off; only its text says why.
_SKEWED_WORDS = ("Signature expired", "Signature not yet current")
_INVALID = (
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "AuthFailure",
)
_DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "403", "Forbidden")
_THROTTLED = (
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "TooManyRequestsException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "SlowDown",
    "429",
)
# Another operation was first: the request assumes a state that has changed.
_OVERTAKEN = ("InvalidChangeSetStatus", "ChangeSetNotFound", "AlreadyExistsException")
_OVERTAKEN_WORDS = ("state and can not be updated", "already exists and cannot be created")
_SERVER_FAULT = 500  # HTTP status codes from here on are the service's faults
AGAIN = "run the same command again, it continues where it stopped"
EXPIRED = f"the credentials have expired; CloudFormation continues; renew them, then {AGAIN}"
# Credentials of variables whose AWS_CREDENTIAL_EXPIRATION is over: a bare RuntimeError of botocore.
_STILL_EXPIRED = "the refreshed credentials are still expired"


@contextmanager
def translated(where: str, operation: str) -> Iterator[None]:
    """Raise tidegen's error for any botocore error inside the block."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        # Without the cause, which may quote credentials.
        raise _service_error(error, where, operation) from None
    except BotoCoreError as error:
        raise _local_error(error, where) from None
    except RuntimeError as error:
        if _STILL_EXPIRED not in str(error):
            raise
        raise AccessError(Problem(where, EXPIRED)) from None


def _service_error(error: Exception, where: str, operation: str) -> "TidegenError":
    """Return the error for a service's answer."""
    response = getattr(error, "response", {})
    answer = response.get("Error", {})
    code, message = str(answer.get("Code", "")), _one_line(str(answer.get("Message", "")))
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in _SKEWED or any(words in message for words in _SKEWED_WORDS):
        text = f"this machine's clock is off, AWS says ({code}); set the clock, then {AGAIN}"
        return AccessError(Problem(where, text))
    if code in _EXPIRED:
        return AccessError(Problem(where, EXPIRED))
    if code in _INVALID:
        return AccessError(
            Problem(where, f"AWS does not know the credentials ({code}); check them")
        )
    if code in _DENIED:
        return RefusedError(
            Problem(where, f"{operation} is not allowed: {message}; give the role this permission")
        )
    if code in _THROTTLED:
        return DeploymentError(Problem(where, f"AWS throttles {operation}; {AGAIN}"))
    if status >= _SERVER_FAULT:
        text = f"AWS could not answer {operation} ({code}: {message or status}); {AGAIN}"
        return DeploymentError(Problem(where, text))
    if _is_overtaken(code, message, operation):
        return OvertakenError(Problem(where, overtaken_text(message)))
    return DeploymentError(Problem(where, f"{operation}: {message or code} ({code})"))


def _is_overtaken(code: str, message: str, operation: str) -> bool:
    if not operation.endswith(("CreateChangeSet", "ExecuteChangeSet", "DeleteChangeSet")):
        return False
    return code in _OVERTAKEN or any(words in message for words in _OVERTAKEN_WORDS)


def _local_error(error: Exception, where: str) -> "TidegenError":
    """Return the error for a call that no service answered."""
    from botocore import exceptions as known

    text = _one_line(str(error)) or type(error).__name__
    if isinstance(error, known.ProfileNotFound):
        return AccessError(Problem(where, f"{text}; add it to ~/.aws/config or change the file"))
    if isinstance(error, (known.NoCredentialsError, known.PartialCredentialsError)):
        return AccessError(
            Problem(where, "there are no AWS credentials; log in, or set a profile or variables")
        )
    if isinstance(
        error, (known.SSOError, known.TokenRetrievalError, known.CredentialRetrievalError)
    ):
        return AccessError(Problem(where, f"no credentials ({text}); log in again"))
    if isinstance(error, (known.ConnectionError, known.HTTPClientError)):
        return AccessError(Problem(where, _unreachable(text)))
    return DeploymentError(Problem(where, text))


def _unreachable(text: str) -> str:
    """Return the message of a failed connection; a local engine that ended has lost its state."""
    if local_endpoint():
        text = (
            f"the local AWS cannot be reached ({text}): its engine has ended, and its state with it"
        )
        return f"{text}; unset AWS_ENDPOINT_URL, then run the same command again with --local"
    return f"AWS cannot be reached ({text}); check the network, then {AGAIN}"


def _one_line(text: str) -> str:
    """Return the first line of the text, without credentials."""
    return redacted(text.strip().splitlines()[0]) if text.strip() else ""
