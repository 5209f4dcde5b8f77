"""Settings of a root: reading and applying them."""

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
    """Read the root's settings; `outputs` is None where the root is not deployed."""
    return tuple(_reading(run, setting, outputs) for setting in settings_of(run.address.scope))


def idle_readings(run: Run, state: StackState, *, suspect: bool) -> tuple[SettingReading, ...]:
    """Read the settings of an unchanged root; without a call unless they are `suspect`.

    An existing VPC's default group was closed when its root was deployed. It is suspect in three
    cases, which a deploy detects without a call: the root's stack policy, which is set after the
    settings and read anyway, is incomplete, as after an interruption; an earlier root (access)
    changed, and with it perhaps the permission to read and close; or another run's operation on
    this root was followed.
    """
    return readings(run, state.outputs) if suspect or run.address.scope in _ALWAYS else ()


def apply_settings(run: Run, settings: Iterable[SettingReading]) -> None:
    """Apply the steps; the next run applies those that a killed one left."""
    for reading in settings:
        if reading.reason:
            run.emit(SettingUnchecked(run.address, reading.setting.name, reading.reason))
        for step in setting_steps([reading]):
            run.settings.apply(step)
            run.emit(SettingApplied(run.address, step))


def _reading(run: Run, setting: Setting, outputs: Mapping[str, str] | None) -> SettingReading:
    place = run.address.place
    if setting.output and outputs is None:
        return SettingReading(setting=setting, place=place)
    subject = (outputs or {}).get(setting.output, "")
    if setting.output and not subject:
        return SettingReading(
            setting=setting, place=place, reason=f"the root has no output {setting.output}"
        )
    values = run.settings.read(setting, subject)
    if isinstance(values, NotRead):
        return SettingReading(setting=setting, place=place, subject=subject, reason=values.reason)
    return SettingReading(setting=setting, place=place, subject=subject, actual=values)
