"""Templates of the contract suite."""

RETAINED = {"DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Retain"}


def topic(label="one", **more):
    return {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": label}, **more}


def table(name, *, key="id"):
    return {
        "Type": "AWS::DynamoDB::Table",
        **RETAINED,
        "Properties": {
            "TableName": name,
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": key, "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": key, "KeyType": "HASH"}],
        },
    }


def broken():
    """A resource whose creation fails, where its properties are checked."""
    return {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 99999999}}


def template(outputs=None, parameters=None, **resources):
    parts = {"Resources": resources, "Outputs": outputs, "Parameters": parameters}
    return {key: value for key, value in parts.items() if value}


def nested(url, **parameters):
    properties = {"TemplateURL": url, "Parameters": parameters}
    return {"Type": "AWS::CloudFormation::Stack", "Properties": properties}


TEXT = {"Type": "String"}
