"""Paths that are not files, text that is not YAML, and confusing YAML."""

import os

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tidegen.environments import example_files, load_environment
from tidegen.environments.loading import load_file
from tidegen.environments.yaml_source import parse
from tidegen.errors import InputError


def problems_of(folder, content):
    path = folder / "production.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError) as caught:
        load_file(path, folder)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "production.yaml:1: is empty; run"),
        (b"# only\n# words\n", "production.yaml:1: is empty"),
        (b"scope: environment\nname: \xff\n", "production.yaml:2: is not UTF-8, byte 0xff"),
        (b"- a\n- b\n", "production.yaml:1: is not a block of keys; start with"),
        (b"a: 1\nb: c: d\n", "production.yaml:2: is not YAML, mapping values are not allowed"),
        (b"a: 1\nb: \x00\n", "is not YAML"),
        (b"a: [1\n", "is not YAML"),
        (b"a: 1\n---\nb: 2\n", "production.yaml:2: holds a second document"),
        (b"a: " + b"[" * 40 + b"]" * 40, "production.yaml:1: is nested more than 16 deep"),
        (b"a: " + b"[" * 90_000, "production.yaml:1: is nested more than 16 deep"),
        (b"a" * 1_000_001, "production.yaml: is larger than 1000000 bytes"),
        (b"name: production\n", "production.yaml:1: scope: is missing; add one of environment"),
    ],
    ids=range(12),
)
def test_a_broken_environment_file_is_reported_in_one_line(tmp_path, content, expected):
    problems = problems_of(tmp_path, content)
    assert len(problems) == 1
    assert expected in problems[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: &x 1\n", "production.yaml:1: a: has an anchor, &x; remove it"),
        ("a: *x\n", "production.yaml:1: a: is an alias, *x; write the value out"),
        ("a: &x [*x]\n", "production.yaml:1: a[0]: is an alias, *x"),
        ("b: 1\n<<: {a: 1}\n", "production.yaml:2: <<: merges another block; write its keys here"),
        ("a: !!python/object:os.system x\n", "a: has a tag, !!python/object:os.system; remove it"),
        ("a: 1\nb: 2\na: 3\n", "production.yaml:3: a: is written twice, first on line 1; keep one"),
        ("? [a]\n: b\n", "is a list, mapping or alias; use a plain word"),
    ],
)
def test_confusing_yaml_is_refused(tmp_path, text, expected):
    assert expected in "\n".join(problems_of(tmp_path, text))


def test_a_bomb_of_aliases_is_refused_without_being_built(tmp_path):
    levels = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    problems = problems_of(tmp_path, "\n".join(["a0: &a0 x", *levels]))
    assert len(problems) == 101
    assert "has more problems" in problems[-1]


def test_thousands_of_problems_are_cut(tmp_path):
    keys = "".join(f"k{n}: 1\n" for n in range(9999))
    assert len(problems_of(tmp_path, f"scope: environment\n{keys}")) <= 101


def test_words_and_numbers_keep_their_written_meaning():
    text = "a: no\nb: 1.30\nc: 012\nd: 2026-11-24\ne: 1_000\nf: '1'\ng: ~\nh: " + "9" * 5000
    data = parse(text).data
    assert [data[key] for key in "abcdefg"] == ["no", 1.3, 12, "2026-11-24", "1_000", "1", None]
    assert data["h"] == "9" * 5000


def test_a_missing_file_a_folder_and_a_pipe_are_reported(tmp_path):
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "dangling.yaml").symlink_to("nowhere")
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")
    os.mkfifo(tmp_path / "pipe.yaml")
    for name, expected in [
        ("missing", "missing.yaml: cannot be read, No such file"),
        ("dangling", "dangling.yaml: cannot be read, No such file"),
        ("loop", "loop.yaml: cannot be read, Too many levels"),
        ("folder", "folder.yaml: is not a regular file"),
        ("pipe", "pipe.yaml: is not a regular file"),
    ]:
        with pytest.raises(InputError, match=expected):
            load_file(tmp_path / f"{name}.yaml", tmp_path)


def test_a_message_has_no_control_characters(tmp_path):
    problems = problems_of(
        tmp_path, 'scope: environment\n"\\e[31m": 1\nname: "a\\nb"\nx: !<\x85> 1\n'
    )
    assert all(text.isprintable() for text in problems)


def test_a_file_knows_the_lines_of_its_keys(examples):
    file = load_environment(examples, "production")
    text = file.path.read_text().splitlines()
    assert text[file.line("network", "cidr") - 1].strip() == "cidr: 10.64.0.0/16"
    assert file.line("network", "nothing") == file.line("network")


_EXAMPLE = example_files("tidepool")["production.yaml"]
_DATA = yaml.safe_load(_EXAMPLE)


@pytest.fixture(scope="module")
def load(tmp_path_factory):
    folder = tmp_path_factory.mktemp("garbage")

    def load(content):
        path = folder / "production.yaml"
        path.write_bytes(content)
        problems = ()
        try:
            load_file(path, folder)
        except InputError as error:
            problems = error.problems
        assert all(str(problem).isprintable() for problem in problems)

    return load


@settings(deadline=None, max_examples=300)
@given(content=st.one_of(st.binary(max_size=400), st.text("-: \n[]{}&*!|>'\"#%?,a1.~\t\\<")))
def test_garbage_ends_in_an_input_error(load, content):
    load(content if isinstance(content, bytes) else content.encode())


@settings(deadline=None, max_examples=300)
@given(
    start=st.integers(0, len(_EXAMPLE)),
    length=st.integers(0, 40),
    put=st.one_of(
        st.binary(max_size=6), st.sampled_from([b"\n", b": ", b"- ", b"{", b"&a ", b"*"])
    ),
)
def test_a_damaged_file_ends_in_an_input_error(load, start, length, put):
    load(_EXAMPLE[:start] + put + _EXAMPLE[start + length :])


_ANY = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(deadline=None, max_examples=300)
@given(key=st.sampled_from(sorted(_DATA)), value=_ANY)
def test_any_value_under_any_key_ends_in_an_input_error_or_a_model(load, key, value):
    load(yaml.safe_dump({**_DATA, key: value}, allow_unicode=True).encode("utf-8", "replace"))
