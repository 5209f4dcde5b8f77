"""A handler's call that IAM denies to the stack's service role (`tidegen.local.authorization`)."""

from tidegen.local.refusals.model import Refusal, add

CALL_DENIED = add(
    Refusal(
        slug="call-denied",
        summary="A call of a resource's handler that the service role may not make.",
        message='Resource handler returned message: "User: {session} is not authorized to perform:'
        " {action} on resource: {arn} {reason} (Service: {service}, Status Code: 403, Request ID:"
        ' {request})" (RequestToken: {token}, HandlerErrorCode: AccessDenied)',
        source="https://github.com/data-dot-all/dataall/issues/1233",
        failure="permission-missing",
    )
)
