"""A call that is not answered is not silent."""

import pytest

from tidegen.aws.adapter import connect
from tidegen.aws.sessions import client_settings
from tidegen.aws.waiting import listen
from tidegen.errors import AccessError
from tidegen.planning.model import Place


@pytest.fixture
def lines():
    heard = []
    listen(heard.append)
    yield heard
    listen(lambda text: None)


def test_each_attempt_that_fails_is_reported(monkeypatch, lines):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(AccessError):
        connect(Place("111122223333", "eu-central-1")).account()
    assert [line.partition(" (")[0] for line in lines] == [
        f"no answer to sts:GetCallerIdentity yet, attempt {n}" for n in (1, 2, 3)
    ]
    assert "(EndpointConnectionError); Ctrl-C stops" in lines[0]


def test_a_call_that_hangs_is_bounded(monkeypatch):
    """Ten attempts of half a minute: the first line comes after 30 s, the error after minutes."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "https://vpce.example.com")
    settings = client_settings()
    assert (settings.connect_timeout, settings.read_timeout) == (5, 30)
    assert settings.retries["total_max_attempts"] == 10
