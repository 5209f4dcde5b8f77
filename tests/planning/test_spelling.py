"""A path that is not known names the closest, or the known ones near it."""

import pytest

from tidegen.planning.spelling import closest_path

PATHS = ("Storage/UploadsBucket", "Storage/LogsBucket", "Network/Vpc", "Dashboard")


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("Storagee/UploadsBucket", "did you mean Storage/UploadsBucket?"),
        ("storage/uploadsbucket", "did you mean Storage/UploadsBucket?"),
        ("UploadsBucket", "did you mean Storage/UploadsBucket?"),
        ("Storage/Zzz", "Storage has LogsBucket, UploadsBucket"),
        ("Zzzzzz/Qqqqqq", "the nested stacks are Network, Storage"),
        ("Qqqqqq", "the nested stacks are Network, Storage"),
    ],
)
def test_the_hint(typed, hint):
    assert closest_path(typed, PATHS) == hint


def test_many_resources_are_counted():
    many = [f"Cluster/Item{number:02}" for number in range(30)]
    assert closest_path("Cluster/Zzz", many) == "Cluster has 30 resources, from Item00 to Item29"


def test_without_paths_there_is_no_hint():
    assert closest_path("A/B", ()) == "there are none"
