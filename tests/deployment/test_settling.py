"""Settings in a deploy: shown, confirmed, applied after their root, without calls if unchanged."""

from dataclasses import dataclass, field

import pytest
from double import Double
from tiny_project import VALUES

from tidegen.contract import Scope
from tidegen.deployment.events import Protected, Result, SettingApplied, SettingUnchecked
from tidegen.deployment.executor import execute
from tidegen.deployment.reading.planner import build_plan
from tidegen.deployment.reading.preview import preview
from tidegen.deployment.settings import NotRead
from tidegen.planning.settings import SETTINGS, SettingName

GROUP, ROLES = SettingName.DEFAULT_GROUP, SettingName.LINKED_ROLES
ROOT = "tide-development"


class Killed(BaseException):
    """The process was killed."""


@dataclass
class Account:
    """A double of the settings' port: one account, and a record of every call."""

    values: dict = field(default_factory=dict)
    denied: set = field(default_factory=set)
    calls: list = field(default_factory=list)
    #: The number of calls before the process is killed; later calls are not recorded.
    life: int = 1_000

    def __call__(self, place):
        return self

    def read(self, setting, subject):
        self._live()
        self.calls.append(f"read {setting.name}")
        if setting.name in self.denied:
            return NotRead("not allowed")
        return self.values.get((setting.name, subject), {})

    def apply(self, step):
        self._live()
        self.calls.append(f"apply {step.setting.name}")
        key = step.setting.name, step.subject
        self.values[key] = {**self.values.get(key, {}), **step.after}

    def _live(self):
        self.life -= 1
        if self.life < 0:
            raise Killed

    def take(self):
        """Return the calls since the last time."""
        calls, self.calls = self.calls, []
        return calls


@pytest.fixture
def number():
    return "111122223333"


@pytest.fixture
def cloud():
    double = Double()
    double.add("tide-identity")
    double.add("tide-bootstrap", outputs={"ArtifactsBucketName": "artifacts"})
    double.add("tide-account")
    role = "arn:aws:iam::111122223333:role/execution"
    double.outputs = {
        "ArtifactsBucketName": "artifacts",
        "DefaultSecurityGroupId": "sg-1",
        "ExecutionRoleArn": role,
    }
    return double


@pytest.fixture
def settings():
    return Account()


@pytest.fixture
def deploy(cloud, settings, project):
    def run(target, values=VALUES, answer=lambda shown: True, emit=lambda event: None):
        plan = build_plan(target, values, project.release, cloud)
        given = {"approve": answer, "emit": emit, "settings": settings}
        return execute(plan, cloud, pause=lambda seconds: None, **given)

    return run


def green():
    return {**VALUES, "environment": {"network.color": "green"}}


def test_the_group_is_closed_before_the_root_is_marked_done(deploy, development):
    events, shown = [], []
    deploy(development, emit=events.append, answer=lambda s: shown.append(s) or True)
    kinds = [type(e) for e in events if isinstance(e, SettingApplied | Protected)]
    assert kinds == [SettingApplied, Protected]
    (step,) = shown[-1].settings
    assert (step.setting.name, step.before) == (GROUP, {})
    (applied,) = (e.step for e in events if isinstance(e, SettingApplied))
    assert applied.subject == "sg-1"


def test_a_deploy_without_changes_reads_no_settings(deploy, settings, development):
    deploy(development)
    settings.take()
    assert {o.result for o in deploy(development)} == {Result.UNCHANGED}
    assert settings.take() == []


def test_a_changed_root_has_its_group_read_again(deploy, settings, development):
    deploy(development)
    settings.values[GROUP, "sg-1"] = {"InboundRules": "2", "OutboundRules": "0"}
    settings.take()
    shown = []
    deploy(development, green(), lambda s: shown.append(s) or True)
    assert shown[-1].settings[0].before == {"InboundRules": "2"}
    assert settings.take() == [f"read {GROUP}", f"read {GROUP}", f"apply {GROUP}"]


def test_a_changed_access_root_lets_the_group_be_closed(
    cloud, deploy, settings, project, development
):
    """A run without permission to read the group has set the root's policy nevertheless."""
    settings.denied.add(GROUP)
    events = []
    deploy(development, emit=events.append)
    (unchecked,) = (e for e in events if isinstance(e, SettingUnchecked))
    assert (unchecked.name, unchecked.reason) == (GROUP, "not allowed")
    settings.denied.clear()
    project.direct("access", {"Other": {"Type": "AWS::CloudFormation::WaitConditionHandle"}})
    outcomes = deploy(development)
    assert [o.result for o in outcomes] == [Result.UPDATED, Result.SETTLED]
    assert settings.take()[-1] == f"apply {GROUP}"


def test_a_followed_operation_has_the_group_read(cloud, deploy, settings, development):
    deploy(development)
    settings.take()
    cloud.outcomes[ROOT] = ["UPDATE_IN_PROGRESS", "UPDATE_COMPLETE"]
    deploy(development)
    assert settings.take() == [f"read {GROUP}"]


def test_an_account_file_has_its_settings_read_each_time(deploy, settings, account):
    deploy(account)
    names = [s.name for s in SETTINGS if {Scope.IDENTITY, Scope.ACCOUNT} & set(s.scopes)]
    assert [c for c in settings.take() if c.startswith("apply")] == [f"apply {n}" for n in names]
    assert {o.result for o in deploy(account)} == {Result.UNCHANGED}
    assert settings.take() == [f"read {n}" for n in names]


def test_settings_alone_are_confirmed_too(deploy, settings, account):
    deploy(account)
    settings.values[ROLES, ""] = {}
    shown = []
    (outcome,) = deploy(account, answer=shown.append)
    assert outcome.result is Result.DECLINED
    assert settings.values[ROLES, ""] == {}
    assert [step.setting.name for step in shown[0].settings] == [ROLES]
    assert deploy(account)[0].result is Result.SETTLED


@pytest.mark.parametrize("scope", [Scope.ACCOUNT, Scope.ENVIRONMENT])
def test_after_a_kill_at_any_call_the_next_run_completes_the_settings(
    deploy, settings, account, development, scope
):
    """The stacks are deployed then; kills during their deployment have other tests."""
    target = account if scope is Scope.ACCOUNT else development
    for life in range(20):
        settings.life = life
        try:
            deploy(target)
        except Killed:
            settings.life = 1_000
            continue
        break
    assert 0 < life < 20
    wanted = [s for s in SETTINGS if scope in s.scopes]
    for setting in wanted:
        assert settings.values[setting.name, "sg-1" if setting.output else ""] == setting.wanted


def test_after_a_kill_during_creation_the_next_run_closes_the_group(
    cloud, deploy, settings, development
):
    settings.life = 0
    with pytest.raises(Killed):
        deploy(development)
    assert cloud.stacks[ROOT].status == "CREATE_COMPLETE"
    settings.life = 1_000
    assert [o.result for o in deploy(development)] == [Result.UNCHANGED, Result.SETTLED]
    settings.take()
    deploy(development)
    assert settings.take() == []


def test_a_root_of_an_older_release_names_no_group(cloud, deploy, settings, development):
    del cloud.outputs["DefaultSecurityGroupId"]
    events = []
    deploy(development, emit=events.append)
    (unchecked,) = (e for e in events if isinstance(e, SettingUnchecked))
    assert unchecked.reason == "the root has no output DefaultSecurityGroupId"


def test_a_plan_shows_the_settings_of_a_deploy(cloud, deploy, settings, project, development):
    def planned(values=VALUES):
        plan = build_plan(development, values, project.release, cloud)
        previews = preview(plan, cloud, settings=settings)
        return [step.setting.name for shown in previews for step in shown.settings]

    assert planned() == [GROUP]
    assert settings.take() == []
    deploy(development)
    settings.values[GROUP, "sg-1"] = {"InboundRules": "2", "OutboundRules": "0"}
    assert planned() == []
    assert planned(green()) == [GROUP]
