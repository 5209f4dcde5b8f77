"""Endpoints that are not AWS's; botocore, which calls them, judges where they come from."""

import boto3
import pytest

from tidegen.aws.endpoints import is_aws, other_endpoints

ENGINE = "http://127.0.0.1:47100"
VPC = "https://vpce-0123-abcd.cloudformation.us-west-2.vpce.amazonaws.com"
PROFILE = f"[default]\nendpoint_url = {ENGINE}\n"
SERVICE = (
    f"[default]\nservices = mine\n[services mine]\ncloudformation =\n  endpoint_url = {ENGINE}\n"
)


@pytest.mark.parametrize(
    "url",
    [
        "https://cloudformation.us-west-2.amazonaws.com",
        "https://cloudformation-fips.us-west-2.amazonaws.com/",
        "https://cloudformation.cn-north-1.amazonaws.com.cn",
        "https://cloudformation.us-west-2.api.aws",
        VPC,
    ],
)
def test_endpoints_of_aws(url):
    assert is_aws(url)


@pytest.mark.parametrize(
    "url", [ENGINE, "http://localstack:4566", "http://10.0.0.1", "https://amazonaws.com.evil.example",
            "https://notamazonaws.com", "localhost:4566", "", "http://["],
)  # fmt: skip
def test_other_endpoints(url):
    assert not is_aws(url)


@pytest.mark.parametrize(
    ("variables", "config", "redirected"),
    [
        ({}, "", False),
        ({"AWS_ENDPOINT_URL": ENGINE}, "", True),
        ({"AWS_ENDPOINT_URL": VPC}, "", False),
        ({"AWS_ENDPOINT_URL_CLOUDFORMATION": ENGINE}, "", True),
        ({}, PROFILE, True),
        ({}, SERVICE, True),
        ({"AWS_ENDPOINT_URL": ENGINE, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, "", False),
        ({"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}, PROFILE, False),
    ],
)
def test_they_are_found_where_botocore_takes_them_from(
    variables, config, redirected, tmp_path, monkeypatch
):
    (tmp_path / "config").write_text(config)
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    used = boto3.Session(region_name="us-west-2", aws_access_key_id="a", aws_secret_access_key="b")
    called = used.client("cloudformation").meta.endpoint_url

    assert is_aws(called) is not redirected
    assert bool(other_endpoints(variables, None)) is redirected
