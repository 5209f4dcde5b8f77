from collections.abc import Iterator

from tidegen.rules import _rule


class NoExports(_rule.Rule):
    """Nothing is exported or imported between stacks.

    An export cannot change while another stack imports it (known failure export-in-use). A root
    passes values to its children as parameters.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html
    """

    id = "E9202"
    good = """
Resources:
  Topic: {Type: "AWS::SNS::Topic"}
Outputs:
  TopicArn: {Value: !Ref Topic}
"""
    bad = good.replace("!Ref Topic}", "!Ref Topic, Export: {Name: topic}}")

    def problems(self, template: _rule.View) -> Iterator[_rule.Problem]:
        for name, output in template.section("Outputs").items():
            if isinstance(output, dict) and "Export" in output:
                yield ("Outputs", name, "Export"), "the output is exported; pass it as a parameter"
        for path, _ in template.texts:
            if "Fn::ImportValue" in path:
                yield path, "the value is imported from another stack; take it as a parameter"
