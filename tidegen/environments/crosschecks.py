"""Checks between files. Each check takes all files, in time proportional to their number."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from tidegen.cloudformation.quotas import PARAMETER_SIZE
from tidegen.contract import Scope
from tidegen.environments.derived import allowed_accounts
from tidegen.environments.drafts import Draft
from tidegen.environments.messages import closest
from tidegen.environments.model import AccountFile, EnvironmentFile, File, SharedFile
from tidegen.environments.problems import Conflict

#: A file, the keys of a region in it.
_Use = tuple[str, tuple[str, ...]]


def conflicts_between(
    files: Sequence[File], drafts: Sequence[Draft] = ()
) -> tuple[list[Conflict], list[Conflict]]:
    """Return the contradictions between the files; then those that a draft may resolve.

    `drafts` are the files that are not valid: where one may be the file that is missing, the second
    list says so.
    """
    named = [*files, *(draft for draft in drafts if draft.is_named)]
    certain = [*_same_range([*files, *drafts]), *_two_owners(files), *_same_stacks(named)]
    certain += [*_two_homes(files), *_two_subjects(files), *_too_many_users(files)]
    possible: list[Conflict] = []
    for scope, checks in _OF_MISSING_FILES.items():
        conflicts = possible if any(draft.may_be(scope) for draft in drafts) else certain
        conflicts += [item for check in checks for item in check(files)]
    return _sorted(certain), _sorted(possible)


def _sorted(conflicts: Iterable[Conflict]) -> list[Conflict]:
    return sorted(conflicts, key=lambda item: (item.file.path, item.file.line(*item.keys)))


@dataclass(frozen=True)
class _Range:
    """A range, and the file and key that reserve it."""

    cidr: str
    file: File | Draft
    keys: tuple[str, ...]

    def overlaps(self, other: "_Range") -> Conflict:
        """Return the conflict as this file's."""
        where = f"{'.'.join(other.keys)} of {other.file.name}"
        problem = f"overlaps {where}, {self.cidr}; use a free /16 in one of the two"
        return Conflict(self.file, self.keys, problem, (other.file.name,))


def _ranges(files: Iterable[File | Draft]) -> Iterator[_Range]:
    for file in files:
        if isinstance(file, Draft):
            yield from (_Range(cidr, file, keys) for cidr, keys in file.ranges())
        elif not isinstance(file, AccountFile):
            yield _Range(file.network.cidr, file, ("network", "cidr"))
        if isinstance(file, EnvironmentFile) and file.recovery and file.recovery.cidr:
            yield _Range(file.recovery.cidr, file, ("recovery", "cidr"))


def _same_range(files: Iterable[File | Draft]) -> Iterator[Conflict]:
    """Yield equal ranges: all are /16 on their own boundary, so two overlap only if equal.

    No file knows which of the two is the newer one, so both are reported.
    """
    owners: dict[tuple[str, str], list[_Range]] = defaultdict(list)
    for item in _ranges(files):
        owners[item.file.project, item.cidr].append(item)
    for first, *others in owners.values():
        yield from (other.overlaps(first) for other in others)
        if others:
            yield first.overlaps(others[0])


def _accounts(files: Iterable[File]) -> list[AccountFile]:
    return [file for file in files if isinstance(file, AccountFile)]


def _two_owners(files: Iterable[File]) -> Iterator[Conflict]:
    owners: dict[tuple[str, str], AccountFile] = {}
    for file in _accounts(files):
        owner = owners.setdefault((file.account, file.region), file)
        if owner is not file:
            problem = (
                f"is that of {owner.name} too, {file.account} in {file.region}; keep one of them"
            )
            yield Conflict(file, ("region",), problem, (owner.name,))


def _two_homes(files: Iterable[File]) -> Iterator[Conflict]:
    homes: dict[str, AccountFile] = {}
    for file in _accounts(files):
        if file.home_region and homes.setdefault(file.account, file) is not file:
            home = homes[file.account]
            problem = (
                f"is true in {home.name} too, for account {file.account}; make one of them false"
            )
            yield Conflict(file, ("home_region",), problem, (home.name,))


def _two_subjects(files: Iterable[File]) -> Iterator[Conflict]:
    """Yield a repository with other ids than in another file: one of them trusts nobody."""
    owners: dict[str, File] = {}
    for file in files:
        owner = owners.setdefault(file.ci.repository, file)
        if owner.ci.subject != file.ci.subject:
            problem = (
                f"is {file.ci.subject}, and {owner.ci.subject} in {owner.name}; "
                "give all files of the repository the same ids"
            )
            yield Conflict(file, ("ci",), problem, (owner.name,))


def _no_home(files: Iterable[File]) -> Iterator[Conflict]:
    accounts = _accounts(files)
    with_home = {file.account for file in accounts if file.home_region}
    reported: set[str] = set()
    for file in accounts:
        if file.account not in with_home | reported:
            reported.add(file.account)
            problem = f"is true in no file of account {file.account}; make one of them true"
            yield Conflict(file, ("home_region",), problem)


def _same_stacks(files: Iterable[File | Draft]) -> Iterator[Conflict]:
    """Yield names that would share stacks or permissions: roles match stacks by PROJECT-NAME-*."""
    stacks: dict[str, dict[str, File | Draft]] = defaultdict(dict)
    platforms = [file for file in files if file.scope != Scope.ACCOUNT]
    for file in platforms:
        prefix = f"{file.project}-{file.name}"
        owner = stacks[file.account].setdefault(prefix, file)
        if owner is not file:
            problem = f"gives the same stack names as {owner.path.name}; choose another"
            yield Conflict(file, ("name",), problem, (owner.name,))
    for file in platforms:
        words = f"{file.project}-{file.name}".split("-")
        owners = stacks[file.account]
        shorter = ("-".join(words[:count]) for count in range(1, len(words)))
        for other in (owners[prefix] for prefix in shorter if prefix in owners):
            problem = f"begins with {other.name}-, whose roles would reach it; choose another"
            yield Conflict(file, ("name",), problem, (other.name,))


def _no_account(files: Iterable[File]) -> Iterator[Conflict]:
    baselines = {(file.account, file.region): file for file in _accounts(files)}
    for file in files:
        for region, keys in _used_regions(file):
            baseline = baselines.get((file.account, region))
            if baseline is None:
                problem = f"has no account file, {file.account} in {region}; add account-NAME.yaml"
                yield Conflict(file, keys, problem)
            elif baseline.project != file.project:
                problem = (
                    f"is not that of {baseline.name}, its account file, {file.project}; "
                    f"write {baseline.project}, or add an account file of {file.project}"
                )
                yield Conflict(file, ("project",), problem, (baseline.name,))
                break


def _used_regions(file: File) -> Iterator[_Use]:
    if not isinstance(file, AccountFile):
        yield file.region, ("region",)
    if not isinstance(file, SharedFile) and file.recovery:
        yield file.recovery.region, ("recovery", "region")


def _wrong_shared(files: Iterable[File]) -> Iterator[Conflict]:
    offered = {file.name: file for file in files if isinstance(file, SharedFile)}
    for file in files:
        if isinstance(file, EnvironmentFile) and file.shared is not None:
            problem = _mismatch(file, offered.get(file.shared), file.shared, list(offered))
            if problem:
                yield Conflict(file, ("shared",), problem, (file.shared,))


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


def _too_many_users(files: Sequence[File]) -> Iterator[Conflict]:
    """Yield shared services whose list of accounts does not fit the parameter that holds it."""
    users: dict[str, list[EnvironmentFile]] = defaultdict(list)
    for file in files:
        if isinstance(file, EnvironmentFile) and file.shared:
            users[file.shared].append(file)
    for file in files:
        if isinstance(file, SharedFile):
            accounts = allowed_accounts(file, users[file.name])
            size = len(",".join(accounts))
            if size > PARAMETER_SIZE:
                problem = (
                    f"is used from {len(accounts)} accounts, whose list has {size} characters: a "
                    f"parameter holds {PARAMETER_SIZE}; give some of them other shared services"
                )
                yield Conflict(file, ("name",), problem)


#: Scope of a file that may be missing → the checks that see it is.
_OF_MISSING_FILES: dict[Scope, tuple[Callable[[Sequence[File]], Iterator[Conflict]], ...]] = {
    Scope.ACCOUNT: (_no_home, _no_account),
    Scope.SHARED: (_wrong_shared,),
}
