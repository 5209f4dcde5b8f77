"""The documentation's worked example is executed: adding a concern is one new file."""

import re
from pathlib import Path

import pytest

from docs.build.concerns import contract_pages, whole_page
from tidegen.concerns import own_concerns
from tidegen.rendering import render

PAGE = Path(__file__).resolve().parents[2] / "docs" / "adding-a-concern.md"


@pytest.fixture(scope="module")
def concerns():
    (source,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    module: dict[str, object] = {}
    exec(compile(source, str(PAGE), "exec"), module)  # noqa: S102 - the page is ours
    return (*own_concerns(), module["CONCERN"])


def test_the_example_is_documented_though_nobody_wrote_of_it(concerns):
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
