"""Every refusal is described, tested, and explained by the catalogue of failures."""

import re
from pathlib import Path

import pytest

from tidegen.failures import recognised
from tidegen.local.refusals import Refusal, known_refusals

HERE = Path(__file__).parent
#: Refusal and type → the catalogue's own row for that type.
OTHER_ROWS = {
    (slug, "AWS::Logs::LogGroup"): "log-group-exists"
    for slug in ("name-taken", "name-held-by-stack")
}
#: The code of the engine.
_ENGINE = "".join(
    path.read_text() for path in (HERE.parents[2] / "tidegen" / "local").rglob("*.py")
)
#: A field of a message.
_VALUE = re.compile(r"\{\w+\}")


@pytest.mark.parametrize("refusal", known_refusals(), ids=lambda refusal: refusal.slug)
def test_the_engine_makes_a_refusal(refusal: Refusal) -> None:
    """By a check of a resource, or where it refuses a whole operation with the message."""
    if refusal.check:
        assert refusal.types
        assert refusal.operations
    else:
        assert f'message("{refusal.slug}").format(' in _ENGINE


@pytest.mark.parametrize("refusal", known_refusals(), ids=lambda refusal: refusal.slug)
def test_a_refusal_has_words_a_source_and_a_summary(refusal: Refusal) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)+", refusal.slug)
    assert refusal.message
    assert re.fullmatch(r"[A-Z].*\.", refusal.summary)
    assert re.match(
        r"https://(github\.com|docs\.aws\.amazon\.com|repost\.aws|aws\.amazon\.com)/",
        refusal.source,
    )


@pytest.mark.parametrize("refusal", known_refusals(), ids=lambda refusal: refusal.slug)
def test_the_catalogue_explains_a_refusal(refusal: Refusal) -> None:
    reason = _VALUE.sub("it", refusal.message)
    for type_name in refusal.types or ("AWS::CloudFormation::Stack",):
        row = recognised(type_name, reason)
        assert row is not None
        assert row.slug == OTHER_ROWS.get((refusal.slug, type_name), refusal.failure)


@pytest.mark.parametrize("refusal", known_refusals(), ids=lambda refusal: refusal.slug)
def test_a_refusal_has_a_test(refusal: Refusal) -> None:
    texts = "".join(
        path.read_text() for path in HERE.glob("test_*.py") if path.name != Path(__file__).name
    )
    assert f'"{refusal.slug}"' in texts
