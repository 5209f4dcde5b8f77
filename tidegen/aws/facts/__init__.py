"""Readers: the calls to AWS that answer each topic of preflight. All of them only read."""

from collections.abc import Callable, Mapping

from tidegen.aws.facts import accounts, compute, copies, grants, names, network, services
from tidegen.aws.facts.reader import Reader
from tidegen.contract import Topic
from tidegen.planning.preflight import Answer

READERS: Mapping[Topic, Callable[[Reader, tuple[str, ...]], Answer]] = {
    **accounts.READERS,
    **compute.READERS,
    **copies.READERS,
    **grants.READERS,
    **names.READERS,
    **network.READERS,
    **services.READERS,
}
