"""Access logs arrive only where the target's policy lets the source deliver, by its name."""

import fnmatch
import re

import pytest

from tidegen.composition import build_assets
from tidegen.concerns import own_concerns
from tidegen.contract import Context

CONCERNS = own_concerns()
CONTEXT = Context(CONCERNS, build_assets(CONCERNS))
TEMPLATES = {concern.name: concern.build(CONTEXT).to_dict() for concern in CONCERNS}
#: A target in another template is a parameter.
ELSEWHERE = {"AccountAccessLogsBucketName": ("artifacts", "AccessLogsBucket")}


def logging_buckets():
    for concern, template in TEMPLATES.items():
        for title, item in template["Resources"].items():
            logged = item.get("Properties", {}).get("LoggingConfiguration")
            if item["Type"] == "AWS::S3::Bucket" and logged:
                yield concern, title, logged["DestinationBucketName"]["Ref"]


def text(value):
    return re.sub(r"\$\{([\w:]+)\}", r"<\1>", value["Fn::Sub"])


@pytest.mark.parametrize(("concern", "title", "target"), list(logging_buckets()))
def test_the_target_lets_the_source_deliver(concern, title, target):
    home, bucket = ELSEWHERE.get(target, (concern, target))
    policy = TEMPLATES[home]["Resources"][f"{bucket}Policy"]["Properties"]["PolicyDocument"]
    (delivery,) = [s for s in policy["Statement"] if s["Sid"] == "DeliveryFromBuckets"]
    pattern = text(delivery["Condition"]["ArnLike"]["aws:SourceArn"]).partition(":s3:::")[2]
    name = text(TEMPLATES[concern]["Resources"][title]["Properties"]["BucketName"])
    assert fnmatch.fnmatchcase(name, pattern)
    assert delivery["Resource"] == [{"Fn::Sub": f"${{{bucket}.Arn}}/s3/*"}]
