"""What only shows when all environment files are seen together."""

import re
from collections.abc import Callable, Iterator, Sequence
from ipaddress import IPv4Network
from itertools import combinations

from tidegen.environments.model import (
    AccountFile,
    AnyFile,
    EnvironmentFile,
    PlatformFile,
    SharedFile,
)
from tidegen.errors import Problem

Files = Sequence[AnyFile]


def cross_problems(files: Files) -> list[Problem]:
    """Every problem between files, in the order of the checks."""
    return [problem for check in _CHECKS for problem in check(files)]


def _problem(file: AnyFile, key: str, message: str) -> Problem:
    """A problem at the line of `key` in `file`."""
    last = key.rpartition(".")[2]
    lines = file.path.read_text(encoding="utf-8").splitlines()
    pattern = re.compile(rf"(^|[\s{{,]){last}\s*:")
    line = next((n for n, text in enumerate(lines, 1) if pattern.search(text)), 1)
    return Problem(f"environments/{file.path.name}:{line}", f"{key}: {message}")


def _overlaps(files: Files) -> Iterator[Problem]:
    platform = [file for file in files if isinstance(file, PlatformFile)]
    for one, other in combinations(platform, 2):
        mine, theirs = one.network.cidr, other.network.cidr
        if IPv4Network(mine).overlaps(IPv4Network(theirs)):
            message = f"overlaps {other.name}'s {theirs}, {mine}; take another range"
            yield _problem(one, "network.cidr", message)


def _owners(files: Files) -> Iterator[Problem]:
    accounts = [file for file in files if isinstance(file, AccountFile)]
    for one, other in combinations(accounts, 2):
        if (one.account, one.region) == (other.account, other.region):
            message = f"{other.name} owns {one.account} in {one.region} as well; remove one file"
            yield _problem(one, "account", message)
    for account in sorted({file.account for file in accounts}):
        members = [file for file in accounts if file.account == account]
        homes = [file.name for file in members if file.home_region]
        if len(homes) != 1:
            message = f"account {account} has {len(homes)} home regions; make exactly one true"
            yield _problem(members[0], "home_region", message)


def _recovery(files: Files) -> Iterator[Problem]:
    for file in files:
        if isinstance(file, EnvironmentFile) and file.recovery:
            if file.recovery.region == file.region:
                message = f"is the environment's own region, {file.region}; take another"
                yield _problem(file, "recovery.region", message)


def _baselines(files: Files) -> Iterator[Problem]:
    owned = {(file.account, file.region) for file in files if isinstance(file, AccountFile)}
    for file in files:
        if isinstance(file, AccountFile):
            continue
        recovery = getattr(file, "recovery", None)
        for key, region in (
            ("region", file.region),
            *((("recovery.region", recovery.region),) if recovery else ()),
        ):
            if (file.account, region) not in owned:
                message = f"no account file owns {file.account} in {region}; add one"
                yield _problem(file, key, message)


def _shared(files: Files) -> Iterator[Problem]:
    known = {file.name: file for file in files if isinstance(file, SharedFile)}
    for file in files:
        if isinstance(file, EnvironmentFile) and file.shared:
            offered = known.get(file.shared)
            if offered is None:
                message = f"is no file of scope shared, {file.shared}; known: {', '.join(known)}"
                yield _problem(file, "shared", message)
            elif offered.region != file.region:
                message = f"{file.shared} is in {offered.region}; an endpoint needs the same region"
                yield _problem(file, "shared", message)


_CHECKS: tuple[Callable[[Files], Iterator[Problem]], ...] = (
    _overlaps,
    _owners,
    _recovery,
    _baselines,
    _shared,
)
