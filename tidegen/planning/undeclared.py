"""Grants that no template declares: on roles, security groups, buckets and keys.

Drift detection compares what a template sets, each resource by itself. An inline policy, a rule or
a statement that somebody added is a resource or a part of its own, which no template names.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from tidegen.cloudformation.resources import Properties, ResourceView
from tidegen.cloudformation.values import listed, statements, text_of
from tidegen.contract import Topic
from tidegen.planning.preflight.model import Facts, Question, Unchecked, Unknown

_TOPICS = {
    "AWS::IAM::Role": Topic.ROLE_POLICIES,
    "AWS::EC2::SecurityGroup": Topic.GROUP_RULES,
    "AWS::S3::Bucket": Topic.BUCKET_POLICIES,
    "AWS::KMS::Key": Topic.KEY_GRANTS,
}
_SOURCES = ("CidrIp", "CidrIpv6", "SourcePrefixListId", "SourceSecurityGroupId")
#: Grantees of services themselves, with whose grants they use a key for its owner.
_SERVICES = (":role/aws-service-role/", ":assumed-role/AWSServiceRole", ":assumed-role/aws:")
_ANY = "*"


@dataclass(frozen=True, order=True)
class Undeclared:
    """A grant on the resource at `path` of a stack that no template declares."""

    stack: str
    path: str
    type: str
    physical_id: str
    grant: str

    def __str__(self) -> str:
        return f"{self.stack}: {self.path}: {self.type} {self.physical_id}: {self.grant}"


@dataclass(frozen=True, kw_only=True)
class Granted(ResourceView):
    """A root's evaluated resources with their physical ids, by path."""

    stack: str
    held: Mapping[str, str]

    def questions(self) -> set[Question]:
        """Return a question for each resource, so that one that cannot be read hides no other."""
        return {Question(topic, (name,)) for _, _, topic, name in self._asked()}

    def undeclared(self, facts: Facts) -> tuple[Undeclared, ...]:
        """Return the grants that no template declares."""
        return tuple(
            Undeclared(self.stack, path, kind, name, grant)
            for path, kind, topic, name in self._asked()
            for answer in (facts[Question(topic, (name,))],)
            if not isinstance(answer, Unknown)
            for grant in self._extra(path, topic, answer[name])
        )

    def unchecked(self, facts: Facts) -> tuple[Unchecked, ...]:
        """Return the resources whose grants cannot be read, with the reason."""
        return tuple(
            Unchecked(f"{self.stack}: {path}", str(topic), answer.reason)
            for path, _, topic, name in self._asked()
            for answer in (facts[Question(topic, (name,))],)
            if isinstance(answer, Unknown)
        )

    def _asked(self) -> Iterator[tuple[str, str, Topic, str]]:
        for path, resource in self.resources.items():
            topic = _TOPICS.get(resource["Type"])
            if topic and self.held.get(path):
                yield path, resource["Type"], topic, self.held[path]

    def _extra(self, path: str, topic: Topic, answer: Any) -> Iterator[str]:
        match topic:
            case Topic.ROLE_POLICIES:
                yield from _named("inline policy", answer["inline"], self._inline(path))
                yield from _named("attached policy", answer["attached"], self._attached(path))
            case Topic.GROUP_RULES:
                declared = list(self._rules(path))
                yield from (_rule_text(rule) for rule in answer if not _is_in(rule, declared))
            case Topic.BUCKET_POLICIES:
                yield from _statements("policy", answer, self._bucket_statements(path))
            case Topic.KEY_GRANTS:
                own = statements(self.properties(path).get("KeyPolicy"))
                yield from _statements("key policy", answer["statements"], own)
                yield from (f"grant to {g}" for g in answer["grantees"] if not _is_service(g))

    def _text(self, value: Any) -> str:
        """Return a value as text, the id of a deployed resource in place of a reference to it."""
        match value:
            case {"Ref": str() as path} | {"Fn::GetAtt": [str() as path, "GroupId" | "PolicyArn"]}:
                return self.held.get(path, "…")
        return text_of(value)

    def _inline(self, path: str) -> Iterator[str]:
        for policy in listed(self.properties(path).get("Policies")):
            yield self._text(policy.get("PolicyName"))
        for _, properties in self.of("AWS::IAM::Policy", "AWS::IAM::RolePolicy"):
            roles = [*listed(properties.get("Roles")), *listed(properties.get("RoleName"))]
            if self.held[path] in map(self._text, roles):
                yield self._text(properties.get("PolicyName"))

    def _attached(self, path: str) -> Iterator[str]:
        yield from map(self._text, listed(self.properties(path).get("ManagedPolicyArns")))
        for policy, properties in self.of("AWS::IAM::ManagedPolicy"):
            if self.held[path] in map(self._text, listed(properties.get("Roles"))):
                yield self.held.get(policy, "…")

    def _rules(self, path: str) -> Iterator[dict[str, str]]:
        inline = listed(self.properties(path).get("SecurityGroupIngress"))
        others = (
            properties
            for _, properties in self.of("AWS::EC2::SecurityGroupIngress")
            if self._text(properties.get("GroupId")) == self.held[path]
        )
        for rule in (*inline, *others):
            yield self._rule(rule)

    def _rule(self, rule: Properties) -> dict[str, str]:
        source = next((rule[name] for name in _SOURCES if name in rule), "…")
        protocol = str(rule.get("IpProtocol", "-1"))
        ports = ("from", "FromPort"), ("to", "ToPort")
        every = protocol == "-1"
        return {
            "protocol": protocol,
            **{key: "-1" if every else self._text(rule.get(name, -1)) for key, name in ports},
            "source": self._text(source),
        }

    def _bucket_statements(self, path: str) -> Iterator[Properties]:
        for _, properties in self.of("AWS::S3::BucketPolicy"):
            if self._text(properties.get("Bucket")) == self.held[path]:
                yield from statements(properties.get("PolicyDocument"))


def _named(kind: str, existing: Iterable[str], declared: Iterable[str]) -> Iterator[str]:
    patterns = [text.replace("…", _ANY) for text in declared]
    for name in existing:
        if not any(fnmatchcase(name, pattern) for pattern in patterns):
            yield f"{kind} {name}"


def _statements(
    kind: str, existing: Iterable[Mapping[str, Any]], declared: Iterable[Properties]
) -> Iterator[str]:
    """Yield the statements with an id that no template has; changes of others are drift."""
    sids = {str(statement.get("Sid", "")) for statement in declared}
    for statement in existing:
        sid = str(statement.get("Sid", ""))
        if sid not in sids:
            yield f"{kind} statement {sid or 'without Sid'}"


def _is_in(rule: Mapping[str, Any], declared: Iterable[Mapping[str, str]]) -> bool:
    return any(
        all(fnmatchcase(str(rule[key]), text.replace("…", _ANY)) for key, text in item.items())
        for item in declared
    )


def _rule_text(rule: Mapping[str, Any]) -> str:
    return f"ingress {rule['protocol']} {rule['from']}-{rule['to']} from {rule['source']}"


def _is_service(grantee: str) -> bool:
    return grantee.endswith(".amazonaws.com") or any(part in grantee for part in _SERVICES)
