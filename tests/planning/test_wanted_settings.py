"""The wanted settings, and the steps to apply them."""

from pathlib import Path

import pytest

from tidegen.blocks.linked_roles import LINKED_SERVICES, ON_FIRST_USE
from tidegen.cloudformation.text import parse_template
from tidegen.concerns.audit.config_rules import GLOBAL
from tidegen.contract import Scope
from tidegen.planning.model import Place
from tidegen.planning.settings import (
    PASSWORDS,
    SETTINGS,
    SettingName,
    SettingReading,
    setting_steps,
    settings_of,
)

PLACE = Place("111122223333", "eu-central-1")
CURRENT = Path(__file__).parents[2] / "templates" / "current"
BY_NAME = {setting.name: setting for setting in SETTINGS}


def reading(name, **kw):
    return SettingReading(setting=BY_NAME[name], place=PLACE, **kw)


def test_every_setting_is_listed_once_with_its_reason():
    assert len(BY_NAME) == len(SETTINGS) == len(SettingName)
    assert all(s.wanted and s.why and s.source and s.scopes for s in SETTINGS)


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_a_setting_with_the_wanted_values_needs_no_step(setting):
    more = {**setting.wanted, "SomethingElse": "as somebody wants it"}
    assert setting_steps([SettingReading(setting=setting, place=PLACE, actual=more)]) == ()


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_a_step_has_only_the_parts_that_differ(setting):
    part = min(setting.wanted)
    actual = {**setting.wanted, part: "other"}
    (step,) = setting_steps(
        [SettingReading(setting=setting, place=PLACE, subject="sg-1", actual=actual)]
    )
    assert (step.before, step.after) == ({part: "other"}, {part: setting.wanted[part]})
    assert (step.place, step.subject) == (PLACE, "sg-1")


def test_a_part_without_a_value_is_shown_as_not_set():
    (step,) = setting_steps([reading(SettingName.BUCKETS, actual={})])
    assert set(step.before.values()) == {"not set"}
    assert len(step.after) == 4


def test_a_setting_known_after_deployment_is_a_step_without_before():
    (step,) = setting_steps([reading(SettingName.DEFAULT_GROUP)])
    assert (step.before, step.after) == ({}, {"InboundRules": "0", "OutboundRules": "0"})


def test_an_unread_setting_needs_no_step():
    assert setting_steps([reading(SettingName.VOLUMES, reason="denied")]) == ()


def test_settings_follow_the_root_that_makes_them_possible():
    names = {scope: {setting.name for setting in settings_of(scope)} for scope in Scope}
    assert names[Scope.IDENTITY] == {
        SettingName.LINKED_ROLES,
        SettingName.BUCKETS,
        SettingName.PASSWORDS,
    }
    assert names[Scope.ACCOUNT] == {
        SettingName.BACKUPS,
        SettingName.METADATA,
        SettingName.SNAPSHOTS,
        SettingName.VOLUMES,
    }
    assert names[Scope.ENVIRONMENT] == names[Scope.SHARED] == {SettingName.DEFAULT_GROUP}
    assert not names[Scope.ACCESS] | names[Scope.BOOTSTRAP] | names[Scope.RECOVERY]


def test_the_password_policy_is_that_of_the_config_rule():
    """The Config rule asks for all four kinds of characters by default."""
    _, asked = GLOBAL["PasswordPolicy"]
    assert asked.items() <= PASSWORDS.items()
    kinds = {part for part in PASSWORDS if part.startswith("Require")}
    assert len(kinds) == 4
    assert asked.keys() | kinds == PASSWORDS.keys()


def test_the_roots_have_outputs_with_the_ids_to_set():
    for setting in SETTINGS:
        for scope in setting.scopes if setting.output else ():
            root = parse_template((CURRENT / "roots" / f"{scope}.yaml").read_text())
            assert setting.output in root["Outputs"]


def test_roles_are_created_for_the_services_in_the_templates_only():
    types = {
        resource["Type"]
        for path in CURRENT.rglob("*.yaml")
        for resource in parse_template(path.read_text())["Resources"].values()
    }
    needed = {**LINKED_SERVICES, **ON_FIRST_USE}.values()
    assert {name for needs in needed for name in needs} <= types
    assert all(needed)
