"""Which settings are wanted, and the steps towards them."""

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
    return SettingReading(BY_NAME[name], PLACE, **kw)


def test_every_setting_is_wanted_once_and_says_why():
    assert len(BY_NAME) == len(SETTINGS) == len(SettingName)
    assert all(s.wanted and s.why and s.source and s.scopes for s in SETTINGS)


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_what_is_as_wanted_gives_no_step(setting):
    beside = {**setting.wanted, "SomethingElse": "as somebody wants it"}
    assert setting_steps([SettingReading(setting, PLACE, found=beside)]) == ()


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_a_step_is_about_the_parts_that_differ_only(setting):
    part = min(setting.wanted)
    found = {**setting.wanted, part: "other"}
    (step,) = setting_steps([SettingReading(setting, PLACE, "sg-1", found)])
    assert (step.before, step.after) == ({part: "other"}, {part: setting.wanted[part]})
    assert (step.place, step.subject) == (PLACE, "sg-1")


def test_a_part_that_was_never_set_says_so():
    (step,) = setting_steps([reading(SettingName.BUCKETS, found={})])
    assert set(step.before.values()) == {"not set"}
    assert len(step.after) == 4


def test_what_is_known_after_deployment_only_is_a_step_without_before():
    (step,) = setting_steps([reading(SettingName.DEFAULT_GROUP)])
    assert (step.before, step.after) == ({}, {"InboundRules": "0", "OutboundRules": "0"})


def test_what_could_not_be_read_is_left_alone():
    assert setting_steps([reading(SettingName.VOLUMES, reason="denied")]) == ()


def test_settings_go_with_the_root_that_makes_them_possible():
    found = {scope: {setting.name for setting in settings_of(scope)} for scope in Scope}
    assert found[Scope.IDENTITY] == {
        SettingName.LINKED_ROLES,
        SettingName.BUCKETS,
        SettingName.PASSWORDS,
    }
    assert found[Scope.ACCOUNT] == {
        SettingName.BACKUPS,
        SettingName.METADATA,
        SettingName.SNAPSHOTS,
        SettingName.VOLUMES,
    }
    assert found[Scope.ENVIRONMENT] == found[Scope.SHARED] == {SettingName.DEFAULT_GROUP}
    assert not found[Scope.ACCESS] | found[Scope.BOOTSTRAP] | found[Scope.RECOVERY]


def test_the_password_policy_is_the_one_that_the_rule_asks_for():
    """The Config rule asks for all four kinds of characters by default."""
    _, asked = GLOBAL["PasswordPolicy"]
    assert asked.items() <= PASSWORDS.items()
    kinds = {part for part in PASSWORDS if part.startswith("Require")}
    assert len(kinds) == 4
    assert asked.keys() | kinds == PASSWORDS.keys()


def test_the_roots_give_the_ids_of_what_is_set():
    for setting in SETTINGS:
        for scope in setting.scopes if setting.output else ():
            root = parse_template((CURRENT / "roots" / f"{scope}.yaml").read_text())
            assert setting.output in root["Outputs"]


def test_roles_are_made_for_services_that_templates_use_and_no_others():
    types = {
        resource["Type"]
        for path in CURRENT.rglob("*.yaml")
        for resource in parse_template(path.read_text())["Resources"].values()
    }
    needed = {**LINKED_SERVICES, **ON_FIRST_USE}.values()
    assert {name for needs in needed for name in needs} <= types
    assert all(needed)
