"""Whether a role of one environment reaches a resource of another in the same account.

Asked for every action of IAM's reference on every resource of the other environment, with the
condition keys that an attacker chooses free. A request that the formulas allow counts only when the
evaluator of single requests, which shares only the comparison of known values, allows it too.
"""

import functools
from collections.abc import Iterator
from dataclasses import dataclass

from tidegen.cloudformation.values import listed
from tidegen.iam.evaluation import decide
from tidegen.iam.operators import UnknownOperatorError
from tidegen.iam.patterns import UNKNOWN, is_any_action
from tidegen.iam.reference import Action, ResourceType, actions_of, services
from tidegen.iam.statements import Request, Statement
from tidegen.proof.policies.encoding import (
    RESOURCE,
    Situation,
    UndecidableError,
    allowed,
    applies,
)
from tidegen.proof.policies.formulas import Formula, every, solution
from tidegen.proof.principals import Principal
from tidegen.proof.reach import Inventory, Reached, looks_at_tags

#: Keys that AWS sets from the caller and the resource; those without a value there are absent.
_SET_BY_AWS = ("aws:resourcetag/", "aws:principaltag/", "aws:sourceaccount", "aws:sourcearn")
_OF_TAGGING = ("aws:requesttag/", "aws:tagkeys")
Sides = tuple[list[Statement], list[Statement], list[Statement]]
_RECORDS = "route53:changeresourcerecordsetsnormalizedrecordnames"
_MULTIVALUED = frozenset(["kms:resourcealiases", _RECORDS])
READS = ("List", "Read")


@dataclass(frozen=True, kw_only=True)
class Allowed:
    """A request that is allowed, and the statement that allows it."""

    principal: Principal
    action: str
    reads: bool
    reached: Reached
    resource: str
    keys: tuple[tuple[str, str], ...]
    statement: Statement | None


@dataclass(frozen=True, kw_only=True)
class Undecided:
    """A question without an answer, and the reason."""

    action: str
    reason: str


class Asker:
    """Questions about one principal and the resources of one other environment."""

    def __init__(self, principal: Principal, inventory: Inventory) -> None:
        """Keep who asks and the resources that it asks for."""
        self.principal = principal
        self._inventory = inventory
        self.asked = 0
        self._own = [(s, names(s)) for s in principal.identity]
        self._limit = [(s, names(s)) for s in principal.boundary]

    def answers(self) -> Iterator[Allowed | Undecided]:
        """Yield the requests that are allowed, at most one for an action and type."""
        for service in services():
            for action in actions_of(service):
                sides = self._naming(action.name)
                if sides[0] and sides[1]:
                    yield from self._of(action, sides)

    def _naming(self, action: str) -> Sides:
        """Return the statements that name an action: allowing, by layer, and denying ones."""
        own, limit = (
            [s for s, actions in layer if action in actions] for layer in (self._own, self._limit)
        )
        return (
            [s for s in own if s["Effect"] == "Allow"],
            [s for s in limit if s["Effect"] == "Allow"],
            [s for s in (*own, *limit) if s["Effect"] == "Deny"],
        )

    def _of(self, action: Action, sides: Sides) -> Iterator[Allowed | Undecided]:
        if not action.types:
            yield from self._first(action, None, (Reached(arn="*"),), sides)
        for kind in action.types:
            yield from self._first(action, kind, self._inventory.of(kind), sides)

    def _first(
        self,
        action: Action,
        kind: ResourceType | None,
        resources: tuple[Reached, ...],
        sides: Sides,
    ) -> Iterator[Allowed | Undecided]:
        for reached in resources:
            self.asked += 1
            answer = self._answer(action, kind, reached, sides, extra=True)
            if answer is not None:
                yield answer
                return

    def ask(
        self, action: Action, kind: ResourceType | None, reached: Reached, extra: Formula
    ) -> Allowed | Undecided | None:
        """Return an allowed request on one resource for which `extra` holds; None without one."""
        return self._answer(action, kind, reached, self._naming(action.name), extra=extra)

    def _answer(
        self,
        action: Action,
        kind: ResourceType | None,
        reached: Reached,
        sides: Sides,
        *,
        extra: Formula,
    ) -> Allowed | Undecided | None:
        situation = self._situation(action, kind, reached)
        try:
            return self._decided(situation, action, reached, sides, extra=extra)
        except (UndecidableError, UnknownOperatorError) as error:
            return Undecided(action=action.name, reason=str(error))

    def _decided(
        self,
        situation: Situation,
        action: Action,
        reached: Reached,
        sides: Sides,
        *,
        extra: Formula,
    ) -> Allowed | Undecided | None:
        own, limit, denies = sides
        formula = allowed(
            [applies(s, situation) for s in own],
            [applies(s, situation) for s in limit],
            [applies(s, situation) for s in denies],
        )
        texts = solution(every(formula, extra), situation.forms())
        return None if texts is None else self._confirmed(situation, reached, texts, action)

    def _situation(self, action: Action, kind: ResourceType | None, reached: Reached) -> Situation:
        return Situation(
            action=action.name,
            resource=reached.arn,
            known=self._of_caller() | _of_resource(action, kind, reached),
            possible=functools.partial(_is_possible, action),
            principal=self.principal.arn,
            multivalued=_MULTIVALUED,
        )

    def _of_caller(self) -> dict[str, tuple[str, ...]]:
        """Return the keys that AWS sets from the caller."""
        principal = self.principal
        return {
            "aws:principalarn": (principal.arn,),
            "aws:principalaccount": (principal.account,),
            "aws:resourceaccount": (principal.account,),
            "aws:principalisawsservice": ("false",),
            **{f"aws:principaltag/{k}".lower(): (v,) for k, v in principal.tags.items()},
        }

    def _confirmed(
        self, situation: Situation, reached: Reached, texts: dict[str, str], action: Action
    ) -> Allowed | Undecided:
        """Return the example as one request, if the other evaluator allows it too."""
        resource = texts.get(RESOURCE, reached.arn.replace("\0", ""))
        keys = _keys(situation, texts)
        request = Request(action.name, resource, keys)
        decision = decide(request, self.principal.identity, self.principal.boundary)
        if decision.allowed is not True:
            return Undecided(action=action.name, reason=f"two evaluators differ on {resource}")
        return Allowed(
            principal=self.principal,
            action=action.name,
            reads=action.level in READS,
            reached=reached,
            resource=resource,
            keys=tuple(sorted((k, str(v)) for k, v in texts.items() if k != RESOURCE)),
            statement=decision.statement,
        )


def _of_resource(
    action: Action, kind: ResourceType | None, reached: Reached
) -> dict[str, tuple[str, ...]]:
    """Return the keys that AWS sets from the resource, if it looks at them for the action."""
    known: dict[str, tuple[str, ...]] = {}
    region = reached.arn.split(":")[3] if reached.arn.count(":") > 4 else ""
    if region:
        known["aws:requestedregion"] = (region,)
    if kind is not None and looks_at_tags(action, kind):
        service = action.name.partition(":")[0]
        for key, value in reached.tags.items():
            known |= {f"{p}:resourcetag/{key}".lower(): (value,) for p in ("aws", service)}
    if reached.aliases:
        known["kms:resourcealiases"] = reached.aliases
    return known | ({_RECORDS: (reached.zone,)} if reached.zone else {})


def _is_possible(action: Action, key: str) -> bool:
    """Return whether an attacker may choose the value of a key that AWS did not set."""
    name = key.lower()
    if name.startswith(_SET_BY_AWS) or ":resourcetag/" in name:
        return False
    if name.startswith("aws:") and not name.startswith(_OF_TAGGING):
        return True
    return action.has_key(key)


def names(statement: Statement) -> frozenset[str]:
    """Return the actions of the reference that a statement names; no other part of it is read."""
    excepted = "NotAction" in statement
    patterns = listed(statement["NotAction"] if excepted else statement.get("Action"))
    named = _named(tuple(map(str, patterns)))
    return frozenset(_every().values()) - named if excepted else named


@functools.cache
def _every() -> dict[str, str]:
    """Return lower-case name → name of every action of the reference."""
    actions = (action.name for service in services() for action in actions_of(service))
    return {name.lower(): name for name in actions}


@functools.cache
def _named(patterns: tuple[str, ...]) -> frozenset[str]:
    wildcards = [pattern for pattern in patterns if "*" in pattern or "?" in pattern]
    exact = {_every()[p.lower()] for p in patterns if p.lower() in _every()}
    covered = (name for name in _every().values() if is_any_action(name, wildcards))
    return frozenset(exact.union(covered if wildcards else ()))


def _keys(situation: Situation, texts: dict[str, str]) -> dict[str, object]:
    """Return the condition keys of the example: those that are known, and those found."""
    keys: dict[str, object] = {}
    for key, values in situation.known.items():
        filled = [texts.get(key) or value.replace(UNKNOWN, "") for value in values]
        keys[key] = filled if key in situation.multivalued else filled[0]
    for variable, text in texts.items():
        name, _, index = variable.partition("#")
        if variable in (RESOURCE, "principal") or name in situation.known:
            continue
        keys[name] = [*listed(keys.get(name)), text] if index else text
    return keys
