"""A plan as text, data and Markdown."""

import json
from types import SimpleNamespace

import pytest

from tidegen.cloudformation.schemas import Replacement
from tidegen.contract import Scope
from tidegen.deployment.events import Preview
from tidegen.planning.changes import Action, Change, ChangeSource, PropertyChange, Verdict
from tidegen.planning.model import Place, Plan, Prerequisite, StackAddress
from tidegen.planning.settings import SETTINGS, SettingName, SettingReading
from tidegen.planning.states import NextAction
from tidegen.reporting.changes import changes_text, creation_text, is_losing
from tidegen.reporting.plan.data import plan_data
from tidegen.reporting.plan.markdown import plan_markdown
from tidegen.reporting.plan.text import previews_text

ADDRESS = StackAddress(Place("111122223333", "eu-central-1"), "tide-dev", Scope.ENVIRONMENT)
CREATE_ONLY = PropertyChange(
    name="BucketName", before="a", after="b", replacement=Replacement.ALWAYS
)
FOLLOWS = PropertyChange(
    name="Bucket",
    before=None,
    after={"Ref": "Storage/Data"},
    replacement=Replacement.ALWAYS,
    cause="Storage/Data",
)
CHANGES = (
    Change(
        path="Network/Vpc", type="AWS::EC2::VPC", action=Action.ADD, source=ChangeSource.FORECAST
    ),
    Change(
        path="Storage/Data",
        type="AWS::S3::Bucket",
        action=Action.REPLACE,
        source=ChangeSource.FORECAST,
        replacement=Replacement.ALWAYS,
        properties=("BucketName",),
        stateful=True,
        details=(CREATE_ONLY,),
        otherwise=Verdict(ChangeSource.CHANGE_SET, Action.MODIFY),
    ),
    Change(
        path="Storage/Policy",
        type="AWS::S3::BucketPolicy",
        action=Action.REPLACE,
        source=ChangeSource.FORECAST,
        replacement=Replacement.ALWAYS,
        properties=("Bucket",),
        details=(FOLLOWS,),
    ),
    Change(
        path="Topic",
        type="AWS::SNS::Topic",
        action=Action.MODIFY,
        source=ChangeSource.CHANGE_SET,
        certain=False,
    ),
)


def previewed(changes=CHANGES, **kw):
    step = SimpleNamespace(address=ADDRESS, stack_name=ADDRESS.name)
    return Preview(
        step=step, next_action=NextAction.UPDATE, changes=changes, status="UPDATE_COMPLETE", **kw
    )


def planned(missing=()):
    return Plan(environment="dev", release="current", steps=(), missing=missing)


def test_changes_are_a_tree_with_values_causes_and_counts():
    assert changes_text(CHANGES).splitlines() == [
        "  ? Topic  AWS::SNS::Topic  (only if a value known after deployment changes)",
        "  Network",
        "    + Vpc  AWS::EC2::VPC",
        "  Storage",
        "    ! Data  AWS::S3::Bucket  (replacement: always, stateful)",
        '        BucketName: "a" -> "b"  (replaces: always)',
        "        sources disagree: forecast: replace; change set: modify",
        "    ! Policy  AWS::S3::BucketPolicy  (replacement: always)",
        "        Bucket: known after deployment, as Storage/Data changes  (replaces: always)",
        "  1 to add, 2 to replace, 1 known after deployment (source: change set and forecast)",
    ]


def test_a_first_creation_has_a_line_for_each_nested_stack():
    made = [
        Change(
            path="Storage/Data",
            type="AWS::S3::Bucket",
            action=Action.ADD,
            source=ChangeSource.FORECAST,
            stateful=True,
        ),
        Change(
            path="Storage/Policy",
            type="AWS::S3::BucketPolicy",
            action=Action.ADD,
            source=ChangeSource.FORECAST,
        ),
        Change(
            path="Topic", type="AWS::SNS::Topic", action=Action.ADD, source=ChangeSource.FORECAST
        ),
    ]
    assert creation_text(made).splitlines() == [
        "  + root                 1 resource",
        "  + Storage              2 resources  (holding state: Data)",
        "  3 to add (source: forecast)",
    ]
    assert creation_text(()) == "  no resources"


def test_a_step_shows_the_origin_of_a_replacement_and_refusals():
    text = previews_text([previewed()], bool)
    assert "  replacement begins at Storage/Data (BucketName)\n" in text
    assert "  refused: Storage/Data: AWS::S3::Bucket holds state and would be replaced" in text
    assert previews_text([previewed(())], bool).endswith("  no changes")


def test_only_replacements_leaves_the_rest_out():
    text = previews_text([previewed()], is_losing)
    assert "Storage" in text
    assert "Vpc" not in text
    assert "Topic" not in text


def test_a_failed_status_and_values_known_after_deployment_are_shown_first():
    failed = Preview(
        step=previewed().step,
        next_action=NextAction.DELETE_FIRST,
        status="ROLLBACK_COMPLETE",
        pending=(ADDRESS,),
    )
    text = previews_text([failed], bool)
    assert "ROLLBACK_COMPLETE: its creation failed and was rolled back" in text
    assert "values of tide-dev are known after its deployment" in text


def test_the_data_is_complete_and_is_json():
    missing = Prerequisite(ADDRESS, "tidegen bootstrap --env dev")
    data = json.loads(json.dumps(plan_data(planned((missing,)), [previewed()], bool)))
    assert data["missing"] == [{"stack": "tide-dev", "command": "tidegen bootstrap --env dev"}]
    (step,) = data["steps"]
    assert [change["path"] for change in step["changes"]] == [c.path for c in CHANGES]
    bucket = step["changes"][1]
    assert bucket["properties"][0]["before"] == "a"
    assert bucket["otherwise"] == {
        "source": "change set",
        "action": "modify",
        "replacement": "never",
    }
    assert step["refused"][0]["path"] == "Storage/Data"


def test_markdown_is_a_diff_and_fits_a_comment():
    text = plan_markdown(planned(), [previewed()], bool)
    assert "### tidegen plan: `dev`" in text
    assert "\n! Storage/Data  AWS::S3::Bucket" in text
    assert "**refused** `Storage/Data`" in text
    assert plan_markdown(planned(), [previewed(())], bool).endswith("**tide-dev**: no changes")
    many = [
        Change(
            path=f"Storage/Bucket{n}",
            type="AWS::S3::Bucket",
            action=Action.ADD,
            source=ChangeSource.FORECAST,
        )
        for n in range(3000)
    ]
    cut = plan_markdown(planned(), [previewed(tuple(many))], bool)
    assert len(cut) < 65_536
    assert cut.endswith("for the rest*")


@pytest.mark.parametrize("limit", [*range(1000, 1100, 7), 65_000 // 3])
def test_a_cut_plan_keeps_its_limit_and_closes_its_blocks(limit):
    """The plans of all environments share one comment of 65,536 characters."""
    many = [
        Change(
            path=f"Storage/Bucket{n}",
            type="AWS::S3::Bucket",
            action=Action.ADD,
            source=ChangeSource.FORECAST,
        )
        for n in range(900)
    ]
    cut = plan_markdown(planned(), [previewed(tuple(many))], bool, limit)
    assert len(cut) <= limit
    assert cut.count("```") % 2 == 0
    assert cut.count("<details>") == cut.count("</details>")
    assert cut.endswith("for the rest*")


def settled(name, **kw):
    (setting,) = (setting for setting in SETTINGS if setting.name is name)
    return SettingReading(setting=setting, place=ADDRESS.place, **kw)


SETTLED = (
    settled(
        SettingName.BUCKETS,
        actual={
            "BlockPublicAcls": "true",
            "IgnorePublicAcls": "false",
            "BlockPublicPolicy": "false",
        },
    ),
    settled(SettingName.DEFAULT_GROUP),
    settled(SettingName.VOLUMES, reason="not allowed"),
)
BUCKETS = (
    "public access to buckets: BlockPublicPolicy, IgnorePublicAcls: false -> true; "
    "RestrictPublicBuckets: not set -> true"
)


def test_settings_follow_the_changes_of_their_root():
    text = previews_text([previewed(readings=SETTLED)], bool)
    assert text.splitlines()[-2:] == [
        f"  ~ {BUCKETS}",
        "  ~ default security group: InboundRules, OutboundRules: known after deployment -> 0",
    ]
    assert "  not checked: encryption of new volumes: not allowed\n" in text


def test_settings_for_machines_and_pull_requests():
    data = json.loads(json.dumps(plan_data(planned(), [previewed(readings=SETTLED)], bool)))
    (step,) = data["steps"]
    buckets, group = step["settings"]
    assert buckets["before"]["RestrictPublicBuckets"] == "not set"
    assert set(buckets["after"].values()) == {"true"}
    assert (group["subject"], group["before"]) == (None, {})
    (unchecked,) = step["unchecked_settings"]
    assert unchecked == {"setting": "encryption of new volumes", "reason": "not allowed"}
    text = plan_markdown(planned(), [previewed((), readings=SETTLED)], bool)
    assert f"- **setting** {BUCKETS}" in text
    assert "*not checked: encryption of new volumes: not allowed*" in text


def moved(**more):
    return Change(
        path="Metrics/ReportAlarm",
        type="AWS::CloudWatch::Alarm",
        action=Action.MOVE,
        source=ChangeSource.FORECAST,
        moved_from="Metrics/ReportsAlarm",
        **more,
    )


def test_a_move_that_cloudformation_makes_by_recreating_is_shown_as_that():
    """An alarm has no state and a generated name: a new logical id makes another alarm."""
    text = changes_text([moved()])
    assert "(recreated in place of Metrics/ReportsAlarm)" in text
    assert "1 to recreate at another place" in text
    assert "to move" not in text
    for more in ({"stateful": True}, {"name": "reports"}):
        text = changes_text([moved(**more)])
        assert "moved from Metrics/ReportsAlarm" in text
        assert "1 to move" in text


def test_a_removed_resource_that_holds_state_is_kept_outside_every_stack():
    removed = Change(
        path="Metrics/MetricsTable",
        type="AWS::DynamoDB::Table",
        action=Action.REMOVE,
        source=ChangeSource.FORECAST,
        stateful=True,
    )
    kept = "kept by its DeletionPolicy, then in no stack and no backup plan"
    assert f"- MetricsTable  AWS::DynamoDB::Table  (stateful: {kept})" in changes_text([removed])
