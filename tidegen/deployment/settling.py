"""Settings of a root: reading them, and carrying their steps out."""

from collections.abc import Iterable, Mapping

from tidegen.contract import Scope
from tidegen.deployment.events import SettingApplied, SettingUnchecked
from tidegen.deployment.run import Run
from tidegen.deployment.settings import NotRead
from tidegen.planning.model import StackState
from tidegen.planning.settings import Setting, SettingReading, setting_steps, settings_of

#: Account files are deployed rarely, so theirs are read each time.
_ALWAYS = (Scope.IDENTITY, Scope.ACCOUNT)


def readings(run: Run, outputs: Mapping[str, str] | None) -> tuple[SettingReading, ...]:
    """What is there of the root's settings; `outputs` is None where the root does not stand."""
    return tuple(_reading(run, setting, outputs) for setting in settings_of(run.address.scope))


def idle_readings(run: Run, state: StackState, *, suspect: bool) -> tuple[SettingReading, ...]:
    """The same of a root that stays as it is; without a call where nothing is to be suspected.

    A VPC that stays has the default group that was closed when its root was deployed. That it was
    not is to be suspected in three cases, which a deploy knows for nothing: the root's stack
    policy, set after the settings and asked for anyway, is not complete, as after an interruption;
    a root before this one changed (access), and with it perhaps what may be read and closed; or
    somebody's operation on this root was followed.
    """
    return readings(run, state.outputs) if suspect or run.address.scope in _ALWAYS else ()


def apply_settings(run: Run, found: Iterable[SettingReading]) -> None:
    """Carry the steps out; whatever a run that was killed has left, the next one finds."""
    for reading in found:
        if reading.reason:
            run.emit(SettingUnchecked(run.address, reading.setting.name, reading.reason))
        for step in setting_steps([reading]):
            run.settings.apply(step)
            run.emit(SettingApplied(run.address, step))


def _reading(run: Run, setting: Setting, outputs: Mapping[str, str] | None) -> SettingReading:
    place = run.address.place
    if setting.output and outputs is None:
        return SettingReading(setting, place)
    subject = (outputs or {}).get(setting.output, "")
    if setting.output and not subject:
        return SettingReading(setting, place, reason=f"the root has no output {setting.output}")
    found = run.settings.read(setting, subject)
    if isinstance(found, NotRead):
        return SettingReading(setting, place, subject, reason=found.reason)
    return SettingReading(setting, place, subject, found)
