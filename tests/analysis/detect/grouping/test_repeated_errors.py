"""An error that comes again with its stack is one pattern from the second time on."""

import polars as pl

from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import fingerprint_issues
from causeloop_pipeline.analysis.detect.grouping.patterns import group_issues
from tests.support.failure_texts import issue_frame

STACK = (
    "Traceback (most recent call last):\n"
    '  File "/srv/app/tasks.py", line 27, in charge\n'
    '    raise ConnectionError(f"the card gateway refused order {order}")\n'
    "ConnectionError: the card gateway refused order 1007"
)


def group(*errors: dict[str, object]) -> list[list[str]]:
    """The patterns of some errors, each as its issues."""
    issues = issue_frame(
        [
            {
                "issue_id": f"e{number}",
                "title": "ConnectionError: the card gateway refused order 1007",
                "body": STACK,
                "service": "checkout",
                "error_type": "ConnectionError",
                **error,
            }
            for number, error in enumerate(errors)
        ]
    )
    members = group_issues(issues, fingerprint_issues(issues)).members.drop_nulls("pattern_id")
    by_pattern = members.group_by("pattern_id").agg(pl.col("issue_id").sort())
    return sorted(by_pattern["issue_id"].to_list())


def test_the_second_time_makes_the_pattern() -> None:
    assert group({}, {}) == [["e0", "e1"]]


def test_addresses_in_memory_and_line_numbers_make_no_difference() -> None:
    moved = STACK.replace("line 27", "line 31") + " in <function charge at 0x7f29be4ab420>"
    assert group({"body": STACK + " in <function charge at 0x7f29be4ab4ff>"}, {"body": moved}) == [
        ["e0", "e1"]
    ]


def test_another_stack_is_not_taken_for_it() -> None:
    assert group({}, {"body": STACK.replace("tasks.py", "refunds.py").replace("charge", "refund")}) == []


def test_the_same_error_of_another_service_or_another_type_is_not_taken_for_it() -> None:
    assert group({}, {"service": "archive"}) == []
    assert group({}, {"error_type": "TimeoutError"}) == []


def test_what_people_send_twice_needs_more_evidence() -> None:
    assert group({"error_type": None}, {"error_type": None}) == []
