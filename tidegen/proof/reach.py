"""The resources that an environment has, as IAM names and describes them in a request."""

import functools
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from tidegen.iam.arns import VARIABLE, own_arn, types_of
from tidegen.iam.patterns import UNKNOWN
from tidegen.iam.reference import Action, ResourceType
from tidegen.proof.platform import IDENTITY, NAMED_BY_PATH, Root, arn_of
from tidegen.proof.principals import tags_of

#: Services that look at no tag, or only where an account has switched it on (AWS docs, S3 "ABAC for
#: general purpose buckets", DynamoDB "Enable ABAC"); `iam:PassRole` never does.
_NO_TAGS = ("dynamodb", "s3")


_STACK = "arn:${Partition}:cloudformation:${Region}:${Account}:stack/${StackName}/${Id}"


@dataclass(frozen=True, kw_only=True)
class Reached:
    """A resource of a request: its ARN, or the form of its ARN, and its tags.

    `source` is the root and path of the resource that makes it known.
    """

    arn: str
    tags: Mapping[str, str] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    #: Of a hosted zone: the form of the names of records that Route 53 takes in it.
    zone: str = ""
    source: tuple[str, str] = ("", "")


class Inventory:
    """All resources of some roots, by the types of IAM's reference."""

    def __init__(self, roots: tuple[Root, ...], *, common: bool = True) -> None:
        """Index the resources of the roots.

        With `common`, types without a resource have one that is named as the templates name: what
        services create for an environment carries its name or its tag.
        """
        self._roots = roots
        self._common_names = common
        self._own: dict[str, list[Reached]] = {}
        self._names: dict[str, dict[str, Reached]] = {}
        for root in roots:
            self._add_stacks(root)
            for path in root.resources:
                self._add(root, path)

    def of(self, kind: ResourceType) -> tuple[Reached, ...]:
        """Return the resources of a type; one by the common form of names if there are none."""
        key = kind.arn
        if key not in self._own:
            self._own[key] = list(self._contained(kind))
        return tuple({_alike(reached): reached for reached in self._own[key]}.values())

    def _add_stacks(self, root: Root) -> None:
        """Add the root's stack, and the stacks nested in it."""
        place, name = root.address.place, root.address.name
        nested = [f"{name}-{child.logical_id}-1" for child in root.step.template.children]
        self._own.setdefault(_STACK, []).extend(
            Reached(
                arn=f"arn:aws:cloudformation:{place.region}:{place.account}:stack/{stack}/1",
                tags=root.step.tags,
                source=(name, ""),
            )
            for stack in (name, *nested)
        )

    def _add(self, root: Root, path: str) -> None:
        subject = root.subjects[path]
        aliases = tuple(
            str(alias["AliasName"])
            for _, alias in root.of("AWS::KMS::Alias")
            if alias.get("TargetKeyId") in (subject.physical_id, arn_of(subject))
        )
        is_zone = subject.type_name == "AWS::Route53::HostedZone"
        for kind in types_of(subject):
            arn = arn_of(subject) if subject.type_name in NAMED_BY_PATH else own_arn(kind, subject)
            reached = Reached(
                arn=arn,
                tags=tags_of(root, path),
                aliases=aliases,
                zone=str(root.properties(path).get("Name", "")) if is_zone else "",
                source=(root.address.name, path),
            )
            self._own.setdefault(kind.arn, []).append(reached)
            for variable in set(VARIABLE.findall(kind.arn)) - {"Partition", "Region", "Account"}:
                self._names.setdefault(variable, {})[subject.physical_id] = reached

    def _contained(self, kind: ResourceType) -> Iterator[Reached]:
        """Yield the resources in others, such as objects; else one named as the templates name."""
        root = self._roots[0]
        own = [v for v in VARIABLE.findall(kind.arn) if v not in self._place()]
        container = own[0] if len(own) > 1 and own[0] in self._names else None
        if container is None and not self._common_names:
            return
        holders = self._names.get(container or "", {"": Reached(arn="")})
        for name, holder in holders.items():
            values = {**self._place(), **({container: name} if container else {})}
            arn = _filled(kind.arn, values, self._common(below=container is not None))
            yield Reached(arn=arn, tags=holder.tags or root.step.tags, source=holder.source)

    def _place(self) -> dict[str, str]:
        root = self._roots[0]
        return {"Partition": "aws", "Region": root.address.place.region, "Account": root.account}

    def _common(self, *, below: bool) -> Callable[[str], str]:
        """Return the value of other variables: any text below a container, else a common name."""
        root = self._roots[0]
        return functools.partial(
            _common_name, root.step.project, root.owner or "account", below=below
        )


def _alike(reached: Reached) -> tuple[object, ...]:
    """Return what policies can tell resources apart by: not the random part of a name or an id."""
    arn = IDENTITY.sub("#", reached.arn)
    return arn, tuple(sorted(reached.tags.items())), reached.aliases, reached.zone


def _filled(arn: str, values: Mapping[str, str], other: Callable[[str], str]) -> str:
    return VARIABLE.sub(lambda match: values.get(match[1]) or other(match[1]), arn)


def _common_name(project: str, owner: str, variable: str, *, below: bool) -> str:
    if below:
        return UNKNOWN
    if variable.endswith("WithPath"):
        return f"{project}/{owner}/Any"
    if variable in ("SecretId", "LogGroupName"):
        return f"/{project}/{owner}/any"
    if variable.startswith("ParameterName"):
        return f"{project}/{owner}/any"
    return f"{project}-{owner}-Any" if re.search(r"Name|Alias", variable) else "a1b2c3"


def looks_at_tags(action: Action, kind: ResourceType) -> bool:
    """Return whether AWS looks at tags of a type for an action, by its reference."""
    service = action.name.partition(":")[0]
    names = (f"{prefix}:ResourceTag/any" for prefix in ("aws", service))
    is_looking = any(kind.has_key(name) for name in names)
    return is_looking and service not in _NO_TAGS and action.name != "iam:PassRole"
