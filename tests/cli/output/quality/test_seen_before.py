"""The part on "have I seen this before", and what makes its command fail."""

from causeloop_pipeline.cli.output.quality.seen_before import (
    KNOWN_ERRORS,
    MAX_ERROR,
    QueriedSet,
    describe_seen_before,
    list_missed_errors,
)


def make_set(name: str, error: float = 0.04) -> QueriedSet:
    figures = {"queries": 300, "seen": 0.5, "ece_first": 0.05, "ece_new": 0.06, "brier_new": 0.2}
    return QueriedSet(name, figures | {"first": 0.6, "among_five": 0.9, "ece": error})


def test_each_set_is_written_by_what_it_is_known_ones_first() -> None:
    rows = describe_seen_before([make_set("own"), make_set("storm_1")]).splitlines()
    public, own = (next(row for row in rows if row.startswith(f"| {title}")) for title in ("flood", "own"))
    assert rows.index(public) < rows.index(own)
    assert own == "| own | 300 | .50 | .60 | .90 | .04 | .05 | .06 | .20 |"


def test_a_known_set_with_a_larger_error_is_a_failure() -> None:
    larger = make_set("tracker_language", MAX_ERROR + 0.01)
    assert list_missed_errors([larger, make_set("own", 0.5)]) == ["tracker_language: ECE 0.090 is above 0.08"]
    assert list_missed_errors([make_set("machine_messages", 0.06)]) != []
    part = describe_seen_before([larger])
    assert "above its goal: bug reports of a programming language (0.090, goal 0.08)." in part


def test_a_set_that_is_known_to_miss_its_goal_may_not_miss_it_by_more() -> None:
    most = KNOWN_ERRORS["crash_stacks_native"]
    assert list_missed_errors([make_set("crash_stacks_native", most)]) == []
    assert list_missed_errors([make_set("crash_stacks_native", most + 0.01)]) != []
