"""The result of a rehearsal: its stages with their times, and the comparison of data."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Result(StrEnum):
    """How a stage ended."""

    DONE = "done"
    FAILED = "failed"
    SKIPPED = "not rehearsed"


@dataclass(frozen=True, kw_only=True)
class StageResult:
    """A stage of a rehearsal: its name, what it did or why it did not, and how long it took."""

    stage: str
    title: str
    result: Result
    seconds: float
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class Rehearsal:
    """All stages of one rehearsal, in order."""

    environment: str
    home: str
    region: str
    stages: tuple[StageResult, ...]

    @property
    def passed(self) -> bool:
        """Whether no stage failed."""
        return not self.of(Result.FAILED)

    @property
    def seconds(self) -> float:
        """The time of all stages."""
        return sum(stage.seconds for stage in self.stages)

    def of(self, result: Result) -> tuple[StageResult, ...]:
        """Return the stages that ended in this way."""
        return tuple(stage for stage in self.stages if stage.result is result)


def differences(
    kind: str, wanted: Mapping[str, object], got: Mapping[str, object]
) -> Iterator[str]:
    """Yield a line for each name that is missing, additional or different."""
    for name in sorted(wanted.keys() | got.keys()):
        if name not in got:
            yield f"{kind} {name} is missing"
        elif name not in wanted:
            yield f"{kind} {name} was never there"
        elif wanted[name] != got[name]:
            yield f"{kind} {name} differs"
