"""Watching: a round at the start, then one for each change."""

from tidegen.linting.watching import changes


def test_a_round_at_the_start_and_one_for_each_change(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("one")
    steps = iter([lambda: None, lambda: path.write_text("longer"), lambda: None, path.unlink])
    slept = []

    def sleep(seconds):
        slept.append(seconds)
        next(steps)()

    rounds = changes(lambda: sorted(tmp_path.iterdir()), sleep)
    assert next(rounds) == [path]
    assert next(rounds) == [path]
    assert len(slept) == 2
    assert next(rounds) == []
    assert len(slept) == 4


def test_a_file_deleted_between_two_polls_is_no_error(tmp_path):
    rounds = changes(lambda: [tmp_path / "gone.yaml"], lambda _seconds: None)
    assert next(rounds) == [tmp_path / "gone.yaml"]
