"""botocore's errors as tidegen's: one line, with the remedy."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tidegen.aws.client_errors import (
    AGAIN,
    EXPIRED,
    client_error,
    is_from_botocore,
    one_line,
    unreadable,
)
from tidegen.errors import (
    AccessError,
    DeniedError,
    DeploymentError,
    OvertakenError,
    Problem,
    TidegenError,
    UnavailableError,
    overtaken_text,
)

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
_DENIED = (
    "AccessDenied",
    "AccessDeniedException",
    "UnauthorizedOperation",
    "403",
    "Forbidden",
)
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
#: S3's answer to a HEAD with credentials that have expired.
_BAD_HEAD = ("400", "Bad Request")
#: Messages of answers that have no body.
_NO_REASON = ("", "Forbidden", "Bad Request")
_ALLOWED_OFFSET = 300.0  # seconds; AWS accepts requests of 5 minutes around its own time
_EXPIRED_OR_DENIED = (
    "renew the credentials if they have expired, else give the role this permission"
)


@contextmanager
def translated(where: str, operation: str) -> Iterator[None]:
    """Raise tidegen's error for any exception from botocore inside the block."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except TidegenError:
        raise
    except ClientError as error:
        # Without the cause, which may quote credentials.
        raise _service_error(error, where, operation) from None
    except BotoCoreError as error:
        raise client_error(error, where, operation) from None
    except Exception as error:
        if not is_from_botocore(error):
            raise
        raise client_error(error, where, operation) from None


def _service_error(error: Exception, where: str, operation: str) -> TidegenError:
    """Return the error for a service's answer."""
    response = getattr(error, "response", {})
    answer = response.get("Error", {})
    code, message = str(answer.get("Code", "")), one_line(str(answer.get("Message", "")))
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    problem = _credentials_problem(code, message)
    if problem:
        return AccessError(Problem(where, problem))
    if code in _DENIED or (code, message) == _BAD_HEAD:
        return _denied(message, where, operation, response)
    if code in _THROTTLED:
        return UnavailableError(Problem(where, f"AWS throttles {operation}; {AGAIN}"))
    if status >= _SERVER_FAULT:
        text = f"AWS could not answer {operation} ({code}: {message or status}); {AGAIN}"
        return UnavailableError(Problem(where, text))
    if not code:
        text = unreadable(f"HTTP status {status}, no error code", operation)
        return UnavailableError(Problem(where, text))
    if _is_overtaken(code, message, operation):
        return OvertakenError(Problem(where, overtaken_text(message)))
    return DeploymentError(Problem(where, f"{operation}: {message or code} ({code})"))


def _credentials_problem(code: str, message: str) -> str:
    """Return the message of an answer about the credentials; empty for any other."""
    if code in _SKEWED or any(words in message for words in _SKEWED_WORDS):
        return f"this machine's clock is off, AWS says ({code}); set the clock, then {AGAIN}"
    if code in _EXPIRED:
        return EXPIRED
    if code in _INVALID:
        return f"AWS does not know the credentials ({code}); check them"
    if "MultiFactorAuthentication failed" in message:
        return "AWS does not accept the MFA code; wait for the next one, then run the command again"
    return ""


def _denied(message: str, where: str, operation: str, response: dict[str, Any]) -> TidegenError:
    """Return the error for a forbidden call; S3 answers HEAD without a body, so no reason."""
    offset = _clock_offset(response)
    if abs(offset) > _ALLOWED_OFFSET:
        text = f"this machine's clock is {offset:+.0f} s off; set the clock, then {AGAIN}"
        return AccessError(Problem(where, text))
    if message in _NO_REASON:
        remedy = f"S3 gives no reason: {_EXPIRED_OR_DENIED}; then {AGAIN}"
        return DeniedError(Problem(where, f"{operation} is not allowed, and {remedy}"))
    text = f"{operation} is not allowed: {message}; give the role this permission"
    return DeniedError(Problem(where, text))


def _clock_offset(response: dict[str, Any]) -> float:
    """Return the seconds that this machine's clock is ahead of the answer's Date header."""
    from email.utils import parsedate_to_datetime

    text = response.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date", "")
    try:
        date = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return 0
    return time.time() - date.timestamp()


def _is_overtaken(code: str, message: str, operation: str) -> bool:
    if not operation.endswith(("CreateChangeSet", "ExecuteChangeSet", "DeleteChangeSet")):
        return False
    return code in _OVERTAKEN or any(words in message for words in _OVERTAKEN_WORDS)
