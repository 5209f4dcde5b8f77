"""Linting ends for any content of a file, with a finding for each fault."""

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import tidegen
from tidegen.linting.run import lint
from tidegen.linting.templates import MAX_BYTES, MAX_DEPTH, find_templates

GOOD = b"Resources:\n  T:\n    Type: AWS::EC2::InternetGateway\n"
REGION = ["us-west-2"]
#: content, the rules of its findings
CASES = {
    "empty": (b"", ["E1001"]),
    "blank": (b"\n\n# only a comment\n", ["E1001"]),
    "prose": (b"Dear reader, this is prose.\n", ["E0000"]),
    "list": (b"- a\n- b\n", ["E0000"]),
    "not yaml": (b"a: [1, 2\nb: }", ["E0000"]),
    "not json": (b'{"Resources": {', ["E0000"]),
    "not utf-8": (GOOD + b"Description: caf\xe9\n", ["E0000"]),
    "utf-16": (GOOD.decode().encode("utf-16"), ["E0000"]),
    "binary": (bytes(range(256)), ["E0000"]),
    "null bytes": (GOOD + b"\0\0", ["E0000"]),
    "byte order mark": (b"\xef\xbb\xbf" + GOOD, []),
    "crlf": (GOOD.replace(b"\n", b"\r\n"), []),
    "tabs": (GOOD.replace(b"  ", b"\t"), ["E0000"]),
    "tabs in json": (b'{\n\t"Resources": {\n\t\t"T": {"Type": "AWS::EC2::InternetGateway"}}}', []),
    "duplicate keys": (GOOD + b"  T:\n    Type: AWS::EC2::InternetGateway\n", ["E0000", "E0000"]),
    "alias": (b"Resources:\n  T: &a\n    Type: AWS::EC2::InternetGateway\n  U: *a\n", ["W1101"]),
    "alias of itself": (b"Resources: &a\n  T: *a\n", ["E0000"]),
    "aliases without end": (
        b"a: &a [x,x,x,x,x,x,x,x,x]\n"
        + b"".join(
            b"%c: &%c [%s]\n" % (i + 1, i + 1, b",".join([b"*%c" % i] * 9)) for i in b"abcdefgh"
        )
        + GOOD,
        ["E0000"],
    ),
    "two documents": (GOOD + b"---\n" + GOOD, ["E0000"]),
    "python object": (b"Resources: !!python/object/apply:os.system [ls]\n", ["E0000"]),
    "metadata of no shape": (b"Metadata: []\n" + GOOD, ["E0002"]),
    "deep, flow": (b"Resources: " + b"[" * 100_000, ["E0000"]),
    "deep, json": (b'{"Resources":' + b'{"a":' * 50_000 + b"1" + b"}" * 50_001, ["E0000"]),
    "deep, sequences": (b"Resources: \n " + b"- " * 100_000 + b"x", ["E0000"]),
    "deep, blocks": (b"\n".join(b" " * i + b"a:" for i in range(MAX_DEPTH + 2)), ["E0000"]),
    "almost too deep": (
        b"Resources: " + b"[" * (MAX_DEPTH - 1) + b"]" * (MAX_DEPTH - 1),
        ["E0000"],
    ),
    "over 1 MB": (b'Description: "' + b"x" * 1_000_000 + b'"\n' + GOOD, ["E1002", "E1003"]),
    "far too large": (b"#" * (MAX_BYTES + 1), ["E1002"]),
}


@pytest.mark.parametrize("name", CASES)
def test_a_broken_file_is_a_finding(work, name):
    content, rules = CASES[name]
    path = work / "file.yaml"
    path.write_bytes(content)
    report = lint([path], REGION, use_cache=False)
    assert [finding.rule for finding in report.findings] == rules


ANY_YAML = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
SECTION = st.sampled_from(
    [
        "Resources",
        "Parameters",
        "Outputs",
        "Conditions",
        "Mappings",
        "Metadata",
        "Transform",
        "Rules",
    ]
)


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode()))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_bytes_end_in_findings(work, content):
    path = work / "any.yaml"
    path.write_bytes(content)
    for finding in lint([path], REGION, use_cache=False).findings:
        assert "\n" not in str(finding)


@given(st.dictionaries(SECTION, ANY_YAML, min_size=1, max_size=3))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_sections_of_any_shape_end_in_findings(work, template):
    import yaml

    path = work / "any.yaml"
    path.write_text(yaml.safe_dump(template, allow_unicode=False))
    report = lint([path], REGION, use_cache=False)
    assert report.findings or "Resources" in template


def test_a_timeout_names_the_template_and_the_rule(work):
    path = work / "large.yaml"
    path.write_bytes(
        b"Resources:\n" + b"".join(b"  R%d: {Type: AWS::S3::Bucket}\n" % n for n in range(5_000))
    )
    for _ in range(2):  # a verdict after a timeout is not cached
        (finding,) = lint([path], REGION, limit=1.0).findings
        assert finding.rule == "E0002"
        assert finding.message.startswith("Not checked to the end: over 1 seconds, the last in ")


def test_an_unreadable_file_does_not_hide_the_others(work):
    (work / "fine.yaml").write_bytes(GOOD + b"    Nope: 1\n")
    (work / "gone.yaml").write_bytes(GOOD)
    paths = [work / "fine.yaml", work / "gone.yaml", work]
    (work / "gone.yaml").unlink()
    messages = {f.path: f.message for f in lint(paths, REGION).findings}
    assert messages[str(work / "gone.yaml")] == "Cannot be read: No such file or directory"
    assert messages[str(work)] == "Is not a regular file"
    assert "Nope" in messages[str(work / "fine.yaml")]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_without_read_permission(work):
    path = work / "secret.yaml"
    path.write_bytes(GOOD)
    path.chmod(0)
    (finding,) = lint(find_templates([work]), REGION).findings
    assert finding.message == "Cannot be read: Permission denied"


def test_a_pipe_is_not_waited_for(work):
    os.mkfifo(work / "pipe.yaml")
    done = tidegen("lint", "pipe.yaml", cwd=work)
    assert done.returncode == 1
    assert done.stdout.startswith("pipe.yaml:1: E0000 error: Is not a regular file")


def test_a_folder_yields_its_templates_and_links_in_a_circle_end(work):
    (work / "a" / "b").mkdir(parents=True)
    (work / ".hidden").mkdir()
    for name in ("z.yaml", "a/one.yml", "a/b/two.json", "a/b/three.template", ".hidden/no.yaml"):
        (work / name).write_bytes(GOOD)
    (work / "a" / "values.yaml").write_text("image: nginx\n")
    (work / "a" / "notes.txt").write_bytes(GOOD)
    (work / "a" / "b" / "up").symlink_to(work)
    (work / "a" / "dangling.yaml").symlink_to(work / "nowhere")
    (work / "a" / "circle.yaml").symlink_to(work / "a" / "circle.yaml")
    found = [str(path.relative_to(work)) for path in find_templates([work, work / "z.yaml"])]
    assert found == ["z.yaml", "a/one.yml", "a/b/three.template", "a/b/two.json"]


def test_a_folder_with_five_thousand_files_is_searched(work):
    for number in range(5_000):
        (work / f"{number}.yaml").write_bytes(b"kind: Pod\n" if number % 500 else GOOD)
    done = tidegen("lint", work, cwd=work)
    assert done.returncode == 0, done.stdout
    assert done.stderr.startswith("10 templates in ")
