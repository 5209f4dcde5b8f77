"""A third port: settings that CloudFormation has no type for."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from tidegen.planning.model import Place
from tidegen.planning.settings import Setting, SettingStep, Values


@dataclass(frozen=True)
class NotRead:
    """Why a setting could not be read: it may not be, or nobody there answers."""

    reason: str


class Settings(Protocol):
    """Settings of one account and region; problems are raised as `tidegen.errors`."""

    def read(self, setting: Setting, subject: str) -> Values | NotRead:
        """The setting's parts as they are, of `subject` where the setting is not the account's."""

    def apply(self, step: SettingStep) -> None:
        """Make the parts in `step.after` so, and leave everything else."""


SettingsFactory = Callable[[Place], Settings]


class EmptySettings:
    """A place of which no settings are read or applied."""

    def read(self, setting: Setting, subject: str) -> Values | NotRead:  # noqa: ARG002
        """As wanted, so that no step follows."""
        return setting.wanted

    def apply(self, step: SettingStep) -> None:
        """Never called, as no step follows."""


def no_settings(place: Place) -> Settings:  # noqa: ARG001
    """A SettingsFactory for callers who want the stacks only."""
    return EmptySettings()
