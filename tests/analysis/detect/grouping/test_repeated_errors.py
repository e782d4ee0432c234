"""An error that comes again with its stack is one pattern from the second time on."""

import polars as pl
import pytest

from causeloop_pipeline.analysis.detect.assignment.assignment import assign_issues
from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import fingerprint_issues
from causeloop_pipeline.analysis.detect.grouping.pattern_index import PatternIndex
from causeloop_pipeline.analysis.detect.grouping.patterns import Grouping, group_issues
from tests.support.failure_texts import issue_frame

STACK = (
    "Traceback (most recent call last):\n"
    '  File "/srv/app/tasks.py", line 27, in charge\n'
    '    raise ConnectionError(f"the card gateway refused order {order}")\n'
    "ConnectionError: the card gateway refused order 1007"
)
NATIVE_STACK = (
    "#0  0x00007f1c raise () from /usr/lib/libc.so.6\n"
    "#1  0x00007f1d abort () from /usr/lib/libc.so.6\n"
    "#2  0x000055d1 read_configuration (path=0x0) at settings.c:41\n"
    "#3  0x000055d2 main (argc=1) at main.c:12\n"
)
REPORTS = (
    "The parcel of a customer went to his former address",
    "Nobody can print labels since this morning",
    "Search is empty for words with an umlaut",
    "A refund arrived twice",
    "Totals in the monthly statement are off by one cent",
    "Why do I see the basket of someone else?",
)
BODY = "Please have a look, people have been asking about it since we opened the shop today."


Error = dict[str, object]
"""The fields in which an error differs from the usual one."""


def make_issues(*errors: Error, first: int = 0) -> pl.DataFrame:
    return issue_frame(
        [
            {
                "issue_id": f"e{number}",
                "title": "ConnectionError: the card gateway refused order 1007",
                "body": STACK,
                "service": "checkout",
                "error_type": "ConnectionError",
                **error,
            }
            for number, error in enumerate(errors, first)
        ]
    )


def group(*errors: Error) -> list[list[str]]:
    """The patterns of some errors, each as its issues."""
    issues = make_issues(*errors)
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
    report: Error = {"title": REPORTS[0], "body": f"{REPORTS[0]}. {BODY}", "error_type": None}
    assert group(report, report) == []


def test_an_equal_stack_under_an_equal_title_is_one_error_though_no_type_is_stated() -> None:
    untyped: Error = {"error_type": None}
    assert group(untyped, untyped) == [["e0", "e1"]]
    assert group({**untyped, "service": None}, {**untyped, "service": None}) == [["e0", "e1"]]
    native: Error = {**untyped, "title": "Crash at start", "body": NATIVE_STACK}
    assert group(native, native) == [["e0", "e1"]]


def test_without_a_type_all_that_is_written_must_be_equal() -> None:
    untyped: Error = {"error_type": None}
    others: list[Error] = [
        {"title": "The card gateway is down"},
        {"service": "archive"},
        {"error_type": "OSError"},
    ]
    for other in others:
        assert group(untyped, {**untyped, **other}) == []
    assert group(untyped, {**untyped, "body": STACK.replace("1007", "1008")}) == []


def assign(index: PatternIndex, *errors: Error, first: int) -> Grouping:
    """New errors, put beside those that an index has."""
    issues = make_issues(*errors, first=first)
    fingerprints = fingerprint_issues(issues, catalog=index.catalog)
    return assign_issues(issues, fingerprints, index)


@pytest.mark.parametrize("error", [{}, {"error_type": None}])
@pytest.mark.parametrize("together", [True, False])
def test_without_a_new_grouping_too_the_second_time_makes_the_pattern_and_the_third_joins(
    together: bool, error: Error
) -> None:
    reports: list[Error] = [
        {"title": title, "body": f"{title}. {BODY}", "error_type": None} for title in REPORTS
    ]
    grouped = make_issues(*([] if together else [error]), *reports)
    index = group_issues(grouped, fingerprint_issues(grouped)).index

    second = assign(index, *([error] if together else []), error, first=20)
    third = assign(second.index, {**error, "body": STACK + "\n"}, first=30)

    (pattern,) = second.patterns["pattern_id"].to_list()
    assert second.patterns["issue_count"].to_list() == [2]
    assert second.patterns["confidence"][0] == pytest.approx(0.9, abs=0.05)
    assert third.patterns["pattern_id"].to_list() == [pattern]
    assert third.patterns["issue_count"].to_list() == [3]
