"""Access logs arrive only where the target's policy lets the source deliver, by its name."""

import fnmatch
import re

import pytest

from tests.built import CONCERNS, resources

TEMPLATES = {concern.name: resources(concern) for concern in CONCERNS}
#: A target in another template is a parameter.
ELSEWHERE = {"AccountAccessLogsBucketName": ("artifacts", "AccessLogsBucket")}


def logging_buckets():
    for concern, template in TEMPLATES.items():
        for title, item in template.items():
            logged = item.get("Properties", {}).get("LoggingConfiguration")
            if item["Type"] == "AWS::S3::Bucket" and logged:
                yield concern, title, logged["DestinationBucketName"]["Ref"]


def text(value):
    return re.sub(r"\$\{([\w:]+)\}", r"<\1>", value["Fn::Sub"])


@pytest.mark.parametrize(("concern", "title", "target"), list(logging_buckets()))
def test_the_target_lets_the_source_deliver(concern, title, target):
    home, bucket = ELSEWHERE.get(target, (concern, target))
    policy = TEMPLATES[home][f"{bucket}Policy"]["Properties"]["PolicyDocument"]
    (delivery,) = [s for s in policy["Statement"] if s["Sid"] == "DeliveryFromBuckets"]
    pattern = text(delivery["Condition"]["ArnLike"]["aws:SourceArn"]).partition(":s3:::")[2]
    name = text(TEMPLATES[concern][title]["Properties"]["BucketName"])
    assert fnmatch.fnmatchcase(name, pattern)
    assert delivery["Resource"] == [{"Fn::Sub": f"${{{bucket}.Arn}}/s3/*"}]
