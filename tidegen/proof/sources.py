"""The file and line that declare a resource or a statement of a policy."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from tidegen.cloudformation.values import statements
from tidegen.iam.statements import Statement
from tidegen.linting.roots.run import line_of
from tidegen.proof.claims import Counterexample
from tidegen.proof.neighbours import Allowed
from tidegen.proof.platform import Platform, Root
from tidegen.proof.principals import Principal

_POLICIES = ("AWS::IAM::ManagedPolicy",)


class Sources:
    """Files and lines, relative to the project."""

    def __init__(self, project: Path) -> None:
        """Keep the project's folder."""
        self._project = project

    def of_resource(self, root: Root, path: str) -> tuple[str, int]:
        """Return the file and line that declare a resource."""
        file = root.file_of(path)
        line = _line(file, path.rpartition("/")[2])
        return str(file.relative_to(self._project) if self._is_below(file) else file), line

    def of_statement(
        self, platform: Platform, principal: Principal, statement: Statement | None
    ) -> tuple[str, int]:
        """Return the file and line of the policy that has the statement; empty without one.

        A role of which only the boundary is known is allowed by its boundary.
        """
        for root, path, declared in _declared(platform, principal.account):
            if statement is not None and declared == statement:
                return self.of_resource(root, path)
        for root, path, declared in _declared(platform, principal.account):
            if declared in principal.boundary:
                return self.of_resource(root, path)
        return "", 1

    def example(self, platform: Platform, answer: Allowed) -> Counterexample:
        """Return a request that is allowed and should not be, with the statement that allows it."""
        principal = answer.principal
        file, line = self.of_statement(platform, principal, answer.statement)
        request = f"{answer.action} on {answer.resource}"
        return Counterexample(
            text=f"{principal.label} of {principal.member} may {request}",
            file=file,
            line=line,
            data={
                "principal": principal.arn,
                "action": answer.action,
                "resource": answer.resource,
                "keys": dict(answer.keys),
                "statement": dict(answer.statement or {}),
            },
        )

    def _is_below(self, file: Path) -> bool:
        return file.is_relative_to(self._project)


def _declared(platform: Platform, account: str) -> Iterator[tuple[Root, str, Mapping[str, Any]]]:
    for root in platform.roots:
        if root.account == account:
            for path, policy in root.of(*_POLICIES):
                for statement in statements(policy.get("PolicyDocument")):
                    yield root, path, statement


@cache
def _line(file: Path, logical_id: str) -> int:
    return line_of(file.read_text(), logical_id)
