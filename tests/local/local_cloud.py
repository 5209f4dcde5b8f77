"""A test client for one account of an engine."""

import json
import time
from dataclasses import dataclass
from typing import Any

import boto3

REGION = "eu-central-1"
_TIMEOUT = 60.0  # seconds
Template = dict[str, Any]


def _body(template: Template) -> str:
    """Return compact JSON: a body has at most 51,200 bytes, as on AWS."""
    return json.dumps(template, separators=(",", ":"))


@dataclass
class Cloud:
    """One account of an engine."""

    endpoint: str
    account: str

    def client(self, service: str, region: str = REGION) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            aws_access_key_id=self.account,
            aws_secret_access_key="local",
            region_name=region,
        )

    def create(self, name: str, template: Template) -> Template:
        self.client("cloudformation").create_stack(
            StackName=name,
            **self._given(_body(template)),
            Capabilities=["CAPABILITY_NAMED_IAM"],
            Tags=[{"Key": "project", "Value": "tide"}],
        )
        return self.wait(name)

    def _given(self, body: str) -> dict[str, str]:
        """Return the template as it may be given: one of more than 51,200 bytes by its address."""
        if len(body) <= 51_200:
            return {"TemplateBody": body}
        bucket, s3 = f"tide-templates-{self.account}", self.client("s3")
        place = {"LocationConstraint": REGION}
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
        s3.put_object(Bucket=bucket, Key="template", Body=body.encode())
        return {"TemplateURL": f"https://s3.{REGION}.amazonaws.com/{bucket}/template"}

    def update(self, name: str, template: Template) -> Template:
        self.client("cloudformation").update_stack(
            StackName=name,
            TemplateBody=_body(template),
            Capabilities=["CAPABILITY_NAMED_IAM"],
            Tags=[{"Key": "project", "Value": "tide"}],
        )
        return self.wait(name)

    def delete(self, name: str) -> Template:
        identifier = self.stack(name)["StackId"]
        self.client("cloudformation").delete_stack(StackName=name)
        return self.wait(identifier)

    def wait(self, name: str) -> Template:
        deadline = time.monotonic() + _TIMEOUT
        while time.monotonic() < deadline:
            stack = self.stack(name)
            if not stack["StackStatus"].endswith("_IN_PROGRESS"):
                return stack
            time.sleep(0.01)
        raise TimeoutError(f"{name} is still {stack['StackStatus']}")

    def stack(self, name: str) -> Template:
        stacks = self.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
        return {**stacks[0], "Outputs": outputs(stacks[0])}

    def events(self, name: str) -> list[Template]:
        pages = self.client("cloudformation").get_paginator("describe_stack_events")
        return [event for page in pages.paginate(StackName=name) for event in page["StackEvents"]]

    def reasons(self, name: str) -> str:
        failed = [event for event in self.events(name) if "FAILED" in event["ResourceStatus"]]
        return "\n".join(event.get("ResourceStatusReason", "") for event in failed)

    def resources(self, name: str) -> dict[str, str]:
        pages = self.client("cloudformation").get_paginator("list_stack_resources")
        resources = [
            r for page in pages.paginate(StackName=name) for r in page["StackResourceSummaries"]
        ]
        return {r["LogicalResourceId"]: r["PhysicalResourceId"] for r in resources}

    def upload(self, key: str, template: Template) -> str:
        s3 = self.client("s3")
        bucket = f"templates-{self.account}"
        if bucket not in [item["Name"] for item in s3.list_buckets()["Buckets"]]:
            s3.create_bucket(
                Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION}
            )
        s3.put_object(Bucket=bucket, Key=key, Body=json.dumps(template).encode())
        return f"https://s3.{REGION}.amazonaws.com/{bucket}/{key}"


def outputs(stack: Template) -> dict[str, str]:
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
