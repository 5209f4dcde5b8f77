"""Import candidates: existing resources like wanted ones that no stack of ours holds."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tidegen.cloudformation.values import text_of
from tidegen.contract import Topic
from tidegen.planning.model import Place
from tidegen.planning.preflight.check import about_names, if_added
from tidegen.planning.preflight.model import Answer, Facts, Question, Unknown
from tidegen.planning.preflight.names import NAMED, SECRET_TYPE
from tidegen.planning.preflight.subject import Subject

#: Types of which an account has one in a region, or that can serve in place of a new one; the
#: answer's names identify them.
_ONCE = {
    "AWS::CloudTrail::Trail": Topic.TRAILS,
    "AWS::Config::ConfigurationRecorder": Topic.RECORDERS,
    "AWS::Config::DeliveryChannel": Topic.CHANNELS,
    "AWS::GuardDuty::Detector": Topic.DETECTORS,
}
_BUCKET, _SECRET = "AWS::S3::Bucket", SECRET_TYPE
#: Types that are identified by the account's answer, not by their name.
_BY_ID = ("AWS::CloudFront::OriginAccessControl", "AWS::IAM::ManagedPolicy")
_PROVIDER = "AWS::IAM::OIDCProvider"


@dataclass(frozen=True, order=True, kw_only=True)
class Candidate:
    """A resource to import at `path`; without `identifier` a person has to find it."""

    where: str
    path: str
    type: str
    identifier: str = ""
    note: str = ""
    #: Region of the primary of which it is a replica; it has to be promoted before it is imported.
    replica_of: str = ""


@dataclass(frozen=True)
class _Rule:
    """The question that finds candidates of a type."""

    type: str
    topic: Topic
    prop: str = ""

    def questions(self, subject: Subject) -> Iterable[Question]:
        if self.prop:
            return about_names(self.topic, self.type, self.prop)(subject)
        return if_added(self.topic, self.type)(subject)

    def candidates(self, subject: Subject, answer: Answer) -> Iterator[Candidate]:
        if self.type == _PROVIDER:
            yield from self._providers(subject, answer)
        elif self.prop:
            yield from self._named(subject, answer)
        else:
            yield from self._once(subject, answer)

    def _named(self, subject: Subject, existing: Answer) -> Iterator[Candidate]:
        for name, path in subject.names(self.type, self.prop).items():
            if name in existing and not subject.holds(self.type, existing[name]):
                yield _named(subject.stack_name, path, self.type, name, existing[name])

    def _once(self, subject: Subject, existing: Answer) -> Iterator[Candidate]:
        others = sorted(set(existing) - set(subject.held.values()))
        note = "one of these" if len(others) > 1 else ""
        for path, _ in subject.added_of(self.type):
            for name in others:
                yield Candidate(
                    where=subject.stack_name, path=path, type=self.type, identifier=name, note=note
                )

    def _providers(self, subject: Subject, existing: Answer) -> Iterator[Candidate]:
        for path, props in subject.added_of(self.type):
            arn = existing.get(text_of(props.get("Url")).removeprefix("https://"))
            if arn and arn not in subject.held.values():
                yield Candidate(
                    where=subject.stack_name, path=path, type=self.type, identifier=str(arn)
                )


def _named(where: str, path: str, type_name: str, name: str, about_it: Any) -> Candidate:
    """Return the candidate of that name; `about_it` is the account's answer."""
    if type_name == _SECRET:
        return _secret(where, path, about_it)
    if type_name == _BUCKET and not about_it:
        closed = "of another account, or access is denied to these credentials"
        return Candidate(where=where, path=path, type=type_name, identifier="", note=closed)
    return Candidate(
        where=where, path=path, type=type_name, identifier=about_it if type_name in _BY_ID else name
    )


def _secret(where: str, path: str, secret: Mapping[str, str]) -> Candidate:
    if secret["deleted"]:
        return Candidate(
            where=where,
            path=path,
            type=_SECRET,
            identifier="",
            note=f"deleted, restore it before {secret['deleted']}",
        )
    primary = secret["primary"]
    note = f"a replica of the one in {primary}: 'tidegen secrets adopt'" if primary else ""
    return Candidate(
        where=where,
        path=path,
        type=_SECRET,
        identifier=secret["arn"],
        note=note,
        replica_of=primary,
    )


_RULES = (
    *(_Rule(named.type, named.topic, named.prop) for named in NAMED),
    _Rule(_BUCKET, Topic.BUCKETS, "BucketName"),
    _Rule(_SECRET, Topic.SECRETS, "Name"),
    *(_Rule(type_name, topic) for type_name, topic in _ONCE.items()),
    _Rule(_PROVIDER, Topic.PROVIDERS),
)


def candidate_questions(subjects: Iterable[Subject]) -> dict[Place, set[Question]]:
    """Return the questions for candidates by place."""
    asked_at: dict[Place, set[Question]] = {}
    for subject in subjects:
        asked = {question for rule in _RULES for question in rule.questions(subject)}
        asked_at.setdefault(subject.address.place, set()).update(asked)
    return {place: asked for place, asked in asked_at.items() if asked}


def candidates(
    subjects: Iterable[Subject], facts: Mapping[Place, Facts]
) -> tuple[tuple[Candidate, ...], tuple[str, ...]]:
    """Return the candidates, and the kinds that could not be checked, with the reason."""
    importable: list[Candidate] = []
    unknown: dict[str, None] = {}
    for subject in subjects:
        known = facts.get(subject.address.place, {})
        for rule in _RULES:
            for question in rule.questions(subject):
                answer = known[question]
                if isinstance(answer, Unknown):
                    unknown[f"{subject.stack_name}: {question.topic}: {answer.reason}"] = None
                else:
                    importable += rule.candidates(subject, answer)
    return tuple(sorted(importable)), tuple(unknown)
