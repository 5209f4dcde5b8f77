"""The second port over boto3: answers preflight's questions, and changes nothing."""

from threading import Lock
from typing import Any

from tidegen.aws.errors import translated
from tidegen.aws.facts import READERS
from tidegen.aws.facts.reader import Reader
from tidegen.aws.sessions import client_settings, session
from tidegen.deployment.inspection import Inspector
from tidegen.errors import DeploymentError
from tidegen.planning.model import Place
from tidegen.planning.preflight import Answer, Question


def inspect(place: Place) -> Inspector:
    """Return the inspector of `place`; AWS_ENDPOINT_URL selects another endpoint."""
    with translated(str(place), "credentials"):
        return AwsInspector(place, session(place))


class AwsInspector:
    """Answers from one account and region through boto3, several at a time."""

    def __init__(self, place: Place, boto_session: Any) -> None:
        self.place = place
        self._session = boto_session
        self._clients: dict[str, Any] = {}
        self._lock = Lock()

    def answer(self, question: Question) -> Answer:
        """Return the answer of the topic's reader; raise botocore's errors as tidegen's."""
        reader = Reader(self.place, self._client)
        try:
            with translated(str(self.place), str(question.topic)):
                return READERS[question.topic](reader, question.names)
        except KeyError as error:  # a local engine may leave out a field that AWS always has
            raise DeploymentError(f"the answer has no field {error}") from error

    def _client(self, service: str) -> Any:
        with self._lock:  # a boto3 session creates one client at a time
            if service not in self._clients:
                client = self._session.client(service, config=client_settings())
                self._clients[service] = client
            return self._clients[service]
