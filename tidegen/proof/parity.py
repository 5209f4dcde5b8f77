"""Parity: an environment is configured as Production is, but for the values of its file."""

from collections.abc import Iterator
from typing import Any

from tidegen.cloudformation.references import references
from tidegen.cloudformation.resources import TemplateBody
from tidegen.contract import Scope
from tidegen.proof.claims import Claim, Counterexample, Family, Result
from tidegen.proof.platform import USERS, Platform, Root
from tidegen.proof.sources import Sources

TEMPLATES = Claim(
    id="same-templates",
    family=Family.PARITY,
    statement="Each environment deploys the same bytes as Production, template by template.",
)
NAMES = Claim(
    id="no-decision-by-name",
    family=Family.PARITY,
    statement=(
        "No condition and no choice in a mapping depends on the environment's name, account, "
        "region or stack."
    ),
)
RESOURCES = Claim(
    id="same-resources",
    family=Family.PARITY,
    statement=(
        "Each resource that Production has and an environment has not, or the reverse, depends on "
        "a condition, whose values are fields of the environment's file."
    ),
)
#: Values that tell environments apart by who they are, not by how large they are.
_IDENTITY = frozenset(
    ["Project", "Environment", "AWS::AccountId", "AWS::Region", "AWS::StackName", "AWS::StackId"]
)


def parity(platform: Platform, sources: Sources) -> Iterator[Result]:
    """Yield the results about each environment and the protected one of its scope."""
    for scope in USERS:
        names = platform.names(scope)
        models = [name for name in names if platform.target(name).protected]
        for model in models[:1]:
            for other in (name for name in names if name != model):
                yield _same_templates(platform, model, other)
                yield _same_resources(platform, sources, model, other)
    yield _by_name(platform)


def _pairs(platform: Platform, one: str, other: str) -> Iterator[tuple[Root, Root | None]]:
    """Yield the roots of two files by scope; then those that only the other has."""
    roots = {root.step.scope: root for root in platform.of(other)}
    for root in platform.of(one):
        yield root, roots.pop(root.step.scope, None)
    yield from ((root, None) for root in roots.values())


def _same_templates(platform: Platform, one: str, other: str) -> Result:
    asked = 0
    examples: list[Counterexample] = []
    for root, copy in _pairs(platform, one, other):
        if copy is None:
            examples += _missing(root, one if root.member == other else other)
            continue
        files = {c.file: c.sha256 for c in root.step.template.children}
        copies = {c.file: c.sha256 for c in copy.step.template.children}
        name = root.step.template.name
        files[name], copies[name] = root.step.template.sha256, copy.step.template.sha256
        asked += len(files)
        examples += [
            Counterexample(text=f"{file} of {other} differs from that of {one}")
            for file in sorted({*files, *copies})
            if files.get(file) != copies.get(file)
        ]
    return Result(
        claim=TEMPLATES, subject=(one, other), asked=asked, counterexamples=tuple(examples)
    )


def _missing(root: Root, other: str) -> Iterator[Counterexample]:
    """Yield a root that only one file has; a recovery region is a field of the file."""
    if root.step.scope is not Scope.RECOVERY:
        yield Counterexample(text=f"{other} has no root of scope {root.step.scope}")


def _same_resources(platform: Platform, sources: Sources, one: str, other: str) -> Result:
    asked = 0
    examples = []
    for root, copy in _pairs(platform, one, other):
        if copy is None:
            continue
        asked += len(root.resources)
        for path in sorted(root.resources.keys() ^ copy.resources.keys()):
            holder = root if path in root.resources else copy
            if not _is_conditional(holder, path):
                file, line = sources.of_resource(holder, path)
                text = f"{path} exists in {holder.member} only, without a condition"
                examples.append(Counterexample(text=text, file=file, line=line))
    return Result(
        claim=RESOURCES, subject=(one, other), asked=asked, counterexamples=tuple(examples)
    )


def _is_conditional(root: Root, path: str) -> bool:
    nested, _, name = path.rpartition("/")
    stack = root.templates[""]["Resources"].get(nested, {})
    declared = root.templates[nested]["Resources"].get(name, {})
    return "Condition" in declared or "Condition" in stack


def _by_name(platform: Platform) -> Result:
    asked = 0
    examples: dict[str, Counterexample] = {}
    for root in platform.roots:
        for nested, body in root.templates.items():
            for name, expression in _decisions(body):
                asked += 1
                depends = sorted({n for _, n in references(expression)} & _IDENTITY)
                if depends:
                    file = str(root.file_of(f"{nested}/x"))
                    text = f"{name} depends on {', '.join(depends)}"
                    examples[f"{file} {name}"] = Counterexample(text=text, file=file)
    return Result(claim=NAMES, subject=(), asked=asked, counterexamples=tuple(examples.values()))


def _decisions(body: TemplateBody) -> Iterator[tuple[str, Any]]:
    """Yield the conditions of a template, and the keys of its choices in mappings."""
    for name, condition in body.get("Conditions", {}).items():
        yield f"condition {name}", condition
    for name, resource in body.get("Resources", {}).items():
        for keys in _choices(resource):
            yield f"mapping in {name}", keys


def _choices(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key == "Fn::FindInMap":
                yield item
            yield from _choices(item)
    elif isinstance(value, list):
        for item in value:
            yield from _choices(item)
