"""Deployment: a plan carried out through the port, reported as events."""

from tidegen.deployment.destroy import DestroyPlan, Retained, destroy_plan, execute_destroy
from tidegen.deployment.events import (
    Approve,
    Attached,
    Emit,
    Event,
    Executing,
    Outcome,
    Preview,
    Progress,
    Protected,
    Recovering,
    Result,
    SettingApplied,
    SettingUnchecked,
    StepStarted,
    Uploaded,
)
from tidegen.deployment.executor import execute
from tidegen.deployment.planner import Release, build_plan
from tidegen.deployment.port import Cloud, Connect
from tidegen.deployment.preview import preview
from tidegen.deployment.run import Clouds
from tidegen.deployment.secrets import (
    SecretOutcome,
    SecretsPlan,
    listed_secrets,
    require_renewable,
    secrets_plan,
    unfilled_secrets,
    write_secrets,
)
from tidegen.deployment.settings import NotRead, Reach, Settings
from tidegen.deployment.status import (
    NestedStatus,
    RootStatus,
    environment_outputs,
    environment_status,
    follow_environment,
)

__all__ = [
    "Approve",
    "Attached",
    "Cloud",
    "Clouds",
    "Connect",
    "DestroyPlan",
    "Emit",
    "Event",
    "Executing",
    "NestedStatus",
    "NotRead",
    "Outcome",
    "Preview",
    "Progress",
    "Protected",
    "Reach",
    "Recovering",
    "Release",
    "Result",
    "Retained",
    "RootStatus",
    "SecretOutcome",
    "SecretsPlan",
    "SettingApplied",
    "SettingUnchecked",
    "Settings",
    "StepStarted",
    "Uploaded",
    "build_plan",
    "destroy_plan",
    "environment_outputs",
    "environment_status",
    "execute",
    "execute_destroy",
    "follow_environment",
    "listed_secrets",
    "preview",
    "require_renewable",
    "secrets_plan",
    "unfilled_secrets",
    "write_secrets",
]
