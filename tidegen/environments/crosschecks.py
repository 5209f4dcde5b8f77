"""Checks between files. Each check takes all files, in time proportional to their number."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from tidegen.environments.messages import closest
from tidegen.environments.model import AccountFile, EnvironmentFile, File, SharedFile
from tidegen.errors import Problem

#: A file, the keys of the wrong value, and the message.
Found = tuple[File, tuple[str, ...], str]


def problems_between(files: Sequence[File], root: Path, *, complete: bool) -> list[Problem]:
    """Return every contradiction between the files, by file and line.

    Unless the files are `complete` (all could be read), checks for missing files are left out: the
    file may be the one that could not be read.
    """
    conflicts = [*_same_range(files), *_two_owners(files), *_same_stacks(files), *_two_homes(files)]
    conflicts += _two_subjects(files)
    if complete:
        conflicts += [*_no_home(files), *_no_account(files), *_wrong_shared(files)]
    conflicts.sort(key=lambda item: (item[0].path, item[0].line(*item[1])))
    return [
        Problem(
            f"{file.path.relative_to(root).as_posix()}:{file.line(*keys)}",
            f"{'.'.join(keys)}: {problem}",
        )
        for file, keys, problem in conflicts
    ]


def _ranges(files: Iterable[File]) -> Iterator[tuple[str, File, tuple[str, ...]]]:
    for file in files:
        if not isinstance(file, AccountFile):
            yield file.network.cidr, file, ("network", "cidr")
        if isinstance(file, EnvironmentFile) and file.recovery and file.recovery.cidr:
            yield file.recovery.cidr, file, ("recovery", "cidr")


def _same_range(files: Iterable[File]) -> Iterator[Found]:
    """Yield equal ranges: all are /16 on their own boundary, so two overlap only if equal."""
    owners: dict[tuple[str, str], tuple[File, tuple[str, ...]]] = {}
    for cidr, file, keys in _ranges(files):
        owner, owner_keys = owners.setdefault((file.project, cidr), (file, keys))
        if (owner, owner_keys) != (file, keys):
            problem = f"overlaps {'.'.join(owner_keys)} of {owner.name}, {cidr}; use a free /16"
            yield file, keys, problem


def _accounts(files: Iterable[File]) -> list[AccountFile]:
    return [file for file in files if isinstance(file, AccountFile)]


def _two_owners(files: Iterable[File]) -> Iterator[Found]:
    owners: dict[tuple[str, str], AccountFile] = {}
    for file in _accounts(files):
        owner = owners.setdefault((file.account, file.region), file)
        if owner is not file:
            problem = (
                f"is that of {owner.name} too, {file.account} in {file.region}; keep one of them"
            )
            yield file, ("region",), problem


def _two_homes(files: Iterable[File]) -> Iterator[Found]:
    homes: dict[str, AccountFile] = {}
    for file in _accounts(files):
        if file.home_region and homes.setdefault(file.account, file) is not file:
            home = homes[file.account]
            problem = (
                f"is true in {home.name} too, for account {file.account}; make one of them false"
            )
            yield file, ("home_region",), problem


def _two_subjects(files: Iterable[File]) -> Iterator[Found]:
    """Yield a repository with other ids than in another file: one of them trusts nobody."""
    owners: dict[str, File] = {}
    for file in files:
        owner = owners.setdefault(file.ci.repository, file)
        if owner.ci.subject != file.ci.subject:
            problem = f"is {file.ci.subject}, and {owner.ci.subject} in {owner.name}"
            yield file, ("ci",), f"{problem}; give all files of the repository the same ids"


def _no_home(files: Iterable[File]) -> Iterator[Found]:
    accounts = _accounts(files)
    with_home = {file.account for file in accounts if file.home_region}
    reported: set[str] = set()
    for file in accounts:
        if file.account not in with_home | reported:
            reported.add(file.account)
            problem = f"is true in no file of account {file.account}; make one of them true"
            yield file, ("home_region",), problem


def _same_stacks(files: Iterable[File]) -> Iterator[Found]:
    """Yield names that would share stacks or permissions: roles match stacks by PROJECT-NAME-*."""
    stacks: dict[str, dict[str, File]] = defaultdict(dict)
    platforms = [file for file in files if not isinstance(file, AccountFile)]
    for file in platforms:
        prefix = f"{file.project}-{file.name}"
        owner = stacks[file.account].setdefault(prefix, file)
        if owner is not file:
            yield (
                file,
                ("name",),
                f"gives the same stack names as {owner.path.name}; choose another",
            )
    for file in platforms:
        words = f"{file.project}-{file.name}".split("-")
        shorter = ("-".join(words[:count]) for count in range(1, len(words)))
        for other in filter(None, map(stacks[file.account].get, shorter)):
            problem = f"begins with {other.name}-, whose roles would reach it; choose another"
            yield file, ("name",), problem


def _no_account(files: Iterable[File]) -> Iterator[Found]:
    baselines = {(file.project, file.account, file.region) for file in _accounts(files)}
    for file in files:
        for region, keys in _used_regions(file):
            if (file.project, file.account, region) not in baselines:
                problem = f"has no account file, {file.account} in {region}; add account-NAME.yaml"
                yield file, keys, problem


def _used_regions(file: File) -> Iterator[tuple[str, tuple[str, ...]]]:
    if not isinstance(file, AccountFile):
        yield file.region, ("region",)
    if isinstance(file, EnvironmentFile) and file.recovery:
        yield file.recovery.region, ("recovery", "region")


def _wrong_shared(files: Iterable[File]) -> Iterator[Found]:
    offered = {file.name: file for file in files if isinstance(file, SharedFile)}
    for file in files:
        if isinstance(file, EnvironmentFile) and file.shared is not None:
            problem = _mismatch(file, offered.get(file.shared), file.shared, list(offered))
            if problem:
                yield file, ("shared",), problem


def _mismatch(file: EnvironmentFile, shared: SharedFile | None, name: str, names: list[str]) -> str:
    """Return why the environment cannot use the shared services; empty if it can."""
    if shared is None:
        return f"is not a file of scope shared, {name}; {closest(name, names)}"
    if shared.project != file.project:
        return f"is of project {shared.project}, {name}; use one of {file.project}"
    if shared.region != file.region:
        return f"is in {shared.region}, {name}; use one in {file.region}"
    if shared.protected != file.protected:
        kind = "protected" if file.protected else "unprotected"
        return f"is of another class, {name}; use {kind} shared services"
    return _other_zones(file, shared)


def _other_zones(file: EnvironmentFile, shared: SharedFile) -> str:
    """Return the problem of two sets of zones: PrivateLink reaches a service in its own zones only.

    The same name means another zone in another account.
    """
    mine, theirs = file.network.zones, shared.network.zones
    if file.account != shared.account or set(mine) <= set(theirs):
        return ""
    return f"is in other zones, {', '.join(theirs)}; give both files the same network.zones"
