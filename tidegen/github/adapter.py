"""The third port over GitHub's REST API, with the token of the environment's variables."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPMessage
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from tidegen.errors import AccessError, Problem
from tidegen.planning.preflight.repository import DeployEnvironment

_API = "https://api.github.com"
_VERSION = "2022-11-28"
_TIMEOUT = 10  # seconds
_TOKENS = ("GH_TOKEN", "GITHUB_TOKEN")
_LOCAL_HOSTS = ("localhost", "127.0.0.1", "::1")
_NOT_FOUND = 404
_MOVED = (301, 302, 307, 308)


def from_variables(variables: Mapping[str, str]) -> "GitHub":
    """Return the adapter for the environment's variables, those of GitHub's own tools."""
    token = next((variables[name] for name in _TOKENS if variables.get(name)), "")
    return GitHub(variables.get("GITHUB_API_URL") or _API, token)


@dataclass(frozen=True)
class GitHub:
    """Reads one GitHub; each answer is read once."""

    api: str
    _token: str = field(repr=False)
    _answers: dict[str, Any] = field(default_factory=dict, repr=False)

    def ids(self, repository: str) -> tuple[int, int]:
        """Return the ids of a repository's owner and its own."""
        about = self._get(_path(repository))
        if about is None:
            raise self._error(f"repository {repository} is not found; check its name and the token")
        return about["owner"]["id"], about["id"]

    def subject(self, repository: str) -> str:
        """Return the beginning of its tokens' subjects; empty if GitHub does not say."""
        about = self._get(f"{_path(repository)}/actions/oidc/customization/sub") or {}
        if about.get("use_default") is False:
            return "another subject, by a template of its own"
        return str(about.get("sub_claim_prefix") or "")

    def environment(self, repository: str, name: str) -> DeployEnvironment | None:
        """Return the protection of an environment; None if it does not exist."""
        self.ids(repository)  # a repository that cannot be seen looks like a missing environment
        path = f"{_path(repository)}/environments/{quote(name, safe='')}"
        about = self._get(path)
        if about is None:
            return None
        rules = [r for r in about.get("protection_rules", ()) if r["type"] == "required_reviewers"]
        return DeployEnvironment(
            reviewers=sum(len(rule.get("reviewers", ())) for rule in rules),
            self_review=not any(rule.get("prevent_self_review") for rule in rules),
            admins_bypass=about.get("can_admins_bypass"),
            branches=self._branches(path, about.get("deployment_branch_policy")),
        )

    def _branches(self, path: str, policy: Mapping[str, bool] | None) -> tuple[str, ...] | None:
        if policy is None:
            return None
        if not policy["custom_branch_policies"]:
            return ("every protected branch",)
        listed = self._get(f"{path}/deployment-branch-policies?per_page=100") or {}
        return tuple(sorted(map(_pattern, listed.get("branch_policies", ()))))

    def _get(self, path: str) -> Any:
        """Return the answer; None for "not found", with which GitHub also answers no access."""
        if path not in self._answers:
            self._answers[path] = self._call(path)
        return self._answers[path]

    def _call(self, path: str) -> Any:
        self._check()
        headers = {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {self._token}",
            "X-GitHub-Api-Version": _VERSION,
            "User-Agent": "tidegen",
        }
        request = Request(f"{self.api.rstrip('/')}{path}", headers=headers)  # noqa: S310 - checked
        try:
            with _OPENER.open(request, timeout=_TIMEOUT) as answer:
                return json.load(answer)
        except HTTPError as error:
            error.close()
            if error.code == _NOT_FOUND:
                return None
            raise self._error(_reason(error.code)) from None
        except (URLError, HTTPException, OSError, ValueError) as error:
            raise self._error(f"GitHub does not answer ({_one_line(error)})") from None

    def _check(self) -> None:
        """Refuse to call without a token, or to send it unencrypted to another machine."""
        if not self._token:
            raise self._error(f"there is no token; set {' or '.join(_TOKENS)}")
        address = urlsplit(self.api)
        local = address.scheme == "http" and address.hostname in _LOCAL_HOSTS
        if address.scheme != "https" and not local:
            raise self._error("GITHUB_API_URL is not an https address; the token was not sent")

    def _error(self, problem: str) -> AccessError:
        return AccessError(Problem(self.api, problem))


class _NoRedirect(HTTPRedirectHandler):
    """Follows nothing: the token would go to the new address too."""

    def redirect_request(
        self,
        req: Request,  # noqa: ARG002 - urllib's signature
        fp: IO[bytes],  # noqa: ARG002
        code: int,  # noqa: ARG002
        msg: str,  # noqa: ARG002
        headers: HTTPMessage,  # noqa: ARG002
        newurl: str,  # noqa: ARG002
    ) -> Request | None:
        """Return no request, so that the answer is an error."""
        return None


_OPENER = build_opener(_NoRedirect)


def _path(repository: str) -> str:
    return f"/repos/{quote(repository)}"


def _pattern(policy: Mapping[str, str]) -> str:
    return f"tag {policy['name']}" if policy.get("type") == "tag" else policy["name"]


def _reason(code: int) -> str:
    if code in _MOVED:
        return "the repository was renamed or moved; change ci.repository"
    return f"GitHub answers {code}; check the token and its permissions (actions: read)"


def _one_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
