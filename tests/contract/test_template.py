"""A concern's template: its parameters, resources and outputs, with references checked."""

import pytest
from troposphere import Equals, GetAtt, If, Ref, Sub, Template, sqs

from tidegen.contract import Concern, Context, Field, Input, Kind, Output, Scope
from tidegen.errors import CompositionError


def add_resources(template: Template, _context: Context) -> None:
    template.add_condition("HasDomain", Equals(Ref("Domain"), ""))
    template.add_resource(sqs.Queue("Queue"))


def template_with(value):
    return Concern(
        name="reports",
        scopes=(Scope.ENVIRONMENT,),
        purpose="Test.",
        add_resources=add_resources,
        inputs=(Input("Domain", Kind.DOMAIN, Field("domain"), "Zone"),),
        outputs=(Output("ReportsQueueArn", Kind.QUEUE_ARN, value, "Queue of reports"),),
    ).build(Context())


@pytest.mark.parametrize(
    ("value", "rendered"),
    [
        (GetAtt("Queue", "Arn"), {"Fn::GetAtt": ["Queue", "Arn"]}),
        (Ref("Domain"), {"Ref": "Domain"}),
        (Sub("${AWS::Region}.${Queue.Arn}"), {"Fn::Sub": "${AWS::Region}.${Queue.Arn}"}),
        (If("HasDomain", Ref("Domain"), ""), {"Fn::If": ["HasDomain", {"Ref": "Domain"}, ""]}),
        ("text", "text"),
    ],
)
def test_a_template_has_the_declared_outputs(value, rendered):
    template = template_with(value).to_dict()
    assert template["Description"] == "Test."
    assert set(template["Parameters"]) == {"Domain"}
    assert template["Outputs"] == {
        "ReportsQueueArn": {"Description": "Queue of reports", "Value": rendered}
    }


@pytest.mark.parametrize(
    ("value", "missing"),
    [
        (GetAtt("Topic", "Arn"), "Topic"),
        (Ref("Topic"), "Topic"),
        (Sub("queue/${Topic.Name}/${Queue}"), "Topic"),
        (If("HasTopic", Ref("Queue"), ""), "HasTopic"),
    ],
)
def test_an_output_of_a_missing_resource_is_refused(value, missing):
    with pytest.raises(CompositionError) as caught:
        template_with(value)
    assert "concern reports: output ReportsQueueArn" in str(caught.value)
    assert f"refers to {missing}, which the template does not have" in str(caught.value)
