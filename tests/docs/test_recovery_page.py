"""The runbook of a lost region has the steps of `tidegen recovery plan`, and no other commands."""

import re

import pytest

from tests.conftest import ROOT
from tidegen.planning.recovery.model import Phase, PlannedStep, Presence, RecoveryPlan, State
from tidegen.planning.recovery.presence import JUDGES
from tidegen.planning.recovery.steps import Words, all_steps, steps_for
from tidegen.reporting.recovery import span

PAGE = (ROOT / "docs" / "runbooks" / "recovery.md").read_text()
#: The page's example.
STEPS = steps_for(
    Words(
        project="tidepool",
        environment="production",
        account="ACCOUNT",
        home="us-west-2",
        region="us-east-2",
        domain="tidepool.example",
        cidr="10.72.0.0/16",
        former_cidr="10.64.0.0/16",
    )
)
RECOVER = [step for step in STEPS if step.phase is Phase.RECOVER]
SECTIONS = sorted({step.section for step in RECOVER})


def section(heading):
    (text,) = re.findall(rf"^###? {heading}$(.*?)(?=^###? |\Z)", PAGE, re.M | re.S)
    return text


def blocks(text):
    return re.findall(r"^```\n(.*?)\n```", text, re.M | re.S)


@pytest.mark.parametrize("heading", SECTIONS)
def test_a_section_has_the_commands_of_its_steps_and_no_others(heading):
    wanted = [step.commands for step in RECOVER if step.section == heading]
    assert "\n".join(blocks(section(heading))) == "\n".join(wanted)


def test_every_step_after_the_disaster_has_commands():
    assert all(step.commands for step in RECOVER)


@pytest.mark.parametrize("step", [s for s in STEPS if s not in RECOVER], ids=lambda s: s.slug)
def test_the_commands_of_the_preparation_are_on_the_page(step):
    assert f"`{step.commands}`" in section(step.section) or not step.commands


def test_the_table_has_the_steps_and_their_estimates():
    rows = re.findall(r"^\| (.+?) \| (.+?) \| (.+?) \|$", section_before("Prepare"), re.M)
    assert rows[1:] == [(step.title, span(step.minutes), step.source) for step in RECOVER]


def section_before(heading):
    return PAGE.partition(f"## {heading}\n")[0]


def test_the_totals_are_those_of_the_plan():
    steps = tuple(PlannedStep(step, Presence(State.LATER, "")) for step in STEPS)
    plan = RecoveryPlan(environment="e", home="h", region="r", steps=steps)
    times = f"after {span(plan.serving)}, and all data is back after {span(plan.complete)}."
    assert times in section_before("Prepare")


def test_steps_need_earlier_steps_only():
    earlier = set()
    for step in all_steps():
        assert set(step.needs) <= earlier, step.slug
        earlier.add(step.slug)


def test_every_step_of_the_preparation_is_judged():
    assert JUDGES.keys() == {step.slug for step in all_steps() if step.phase is Phase.PREPARE}


def test_no_word_is_left_unfilled():
    assert not [step.slug for step in STEPS if re.search(r"@[a-z_]+@", step.commands)]
