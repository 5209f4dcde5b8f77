"""A third port: settings that CloudFormation has no type for."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from tidegen.planning.model import Place
from tidegen.planning.settings import Setting, SettingStep, Values


@dataclass(frozen=True)
class NotRead:
    """The reason why a setting could not be read: not allowed, or no answer."""

    reason: str


class Settings(Protocol):
    """Settings of one account and region; problems are raised as `tidegen.errors`."""

    def read(self, setting: Setting, subject: str) -> Values | NotRead:
        """Return the setting's present parts; of `subject` where it is not the account's."""

    def apply(self, step: SettingStep) -> None:
        """Set the parts in `step.after`; change nothing else."""


SettingsFactory = Callable[[Place], Settings]


class EmptySettings:
    """Settings of a place that are neither read nor applied."""

    def read(self, setting: Setting, subject: str) -> Values | NotRead:  # noqa: ARG002
        """Return the wanted parts, so that no step follows."""
        return setting.wanted

    def apply(self, step: SettingStep) -> None:
        """Do nothing; never called, as no step follows."""


def no_settings(place: Place) -> Settings:  # noqa: ARG001
    """Return empty settings: a SettingsFactory for callers who deploy only the stacks."""
    return EmptySettings()
