"""The documentation's worked example is executed: rendered, linted, and deployed locally."""

import re
from copy import deepcopy
from pathlib import Path

import pytest

from docs.build.concerns import contract_pages, whole_page
from tests.conftest import unmeasured_engine
from tests.local.local_cloud import Cloud
from tidegen.concerns import own_concerns
from tidegen.linting.roots import lint_roots
from tidegen.linting.run import lint
from tidegen.rendering import render

PAGE = Path(__file__).resolve().parents[2] / "docs" / "adding-a-concern.md"


@pytest.fixture(scope="module")
def concerns():
    (source,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    module: dict[str, object] = {"__name__": "tidegen.concerns.reports"}
    exec(compile(source, str(PAGE), "exec"), module)  # noqa: S102 - the page is ours
    return (*own_concerns(), module["CONCERN"])


def test_the_example_has_a_page_without_written_parts(concerns):
    text = whole_page("reports", contract_pages(concerns)["reports"], None)
    assert "SQS_Queue_Queue" in text
    assert "| `ReportsQueueArn` |" in text


def test_the_example_is_wired_into_the_environment(concerns):
    rendered = render(concerns)
    root = rendered.templates["roots/environment.yaml"]
    stack = root["Resources"]["Reports"]["Properties"]
    assert stack["Parameters"] == {
        "MessagingKeyArn": {"Fn::GetAtt": ["Encryption", "Outputs.MessagingKeyArn"]}
    }
    assert "ReportsQueueArn" in root["Outputs"]
    assert "reports.yaml" in rendered.files


def test_the_example_passes_lint(concerns, project, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = project / "templates" / "current"
    for name, content in render(concerns).files.items():
        (folder / name).write_bytes(content)
    changed = [folder / "reports.yaml", folder / "roots" / "environment.yaml"]
    assert lint(changed, ["us-west-2"]).findings == ()
    assert lint_roots(project, folder) == []


def test_the_example_is_deployed_on_the_local_engine(concerns):
    template = deepcopy(render(concerns).templates["reports.yaml"])
    with unmeasured_engine() as engine:
        cloud = Cloud(engine.endpoint, "111122223333")
        key = cloud.client("kms").create_key()["KeyMetadata"]["Arn"]
        template["Parameters"]["MessagingKeyArn"]["Default"] = key
        stack = cloud.create("reports", template)
        assert stack["StackStatus"] == "CREATE_COMPLETE", cloud.reasons("reports")
        queue = cloud.resources("reports")["Queue"]
        attributes = cloud.client("sqs").get_queue_attributes(
            QueueUrl=queue, AttributeNames=["All"]
        )["Attributes"]
    assert attributes["KmsMasterKeyId"] == key
    assert attributes["QueueArn"] == stack["Outputs"]["ReportsQueueArn"]
