"""How likely the rows of a template have one cause follows from its words, rows, source and place."""

import polars as pl
import pytest

from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import fingerprint_issues
from causeloop_pipeline.analysis.detect.fingerprints.masking import WILDCARD
from causeloop_pipeline.analysis.detect.fingerprints.template_evidence import (
    MIN_DECISIVE,
    classify_differences,
    compute_probability,
)
from causeloop_pipeline.analysis.detect.fingerprints.template_information import (
    MAX_INFORMATION,
    measure_information,
)
from tests.support.failure_texts import REPORTS, issue_frame

MANY_WORDS = f"Lock wait timeout exceeded; try restarting transaction (order {WILDCARD})"


def probability(template: str = MANY_WORDS, **counts: float) -> float:
    return compute_probability(
        "equal", template, {"rows": 3, "repeats_share": 0.5, "varies": 1, "agreement": 0.0, **counts}
    )


def test_words_that_any_report_holds_say_little() -> None:
    assert measure_information(MANY_WORDS).amount == MAX_INFORMATION
    assert measure_information(f"Incident with {WILDCARD}").amount == 0.25
    assert measure_information("ConnectionPool exhausted").amount == 3


def test_a_template_of_hardly_a_constant_word_is_never_sure_however_often_it_comes() -> None:
    assert probability(f"Incident with {WILDCARD}", rows=10_000, repeats_share=0.99) <= 0.75
    assert probability("dead issue", rows=10_000, repeats_share=0.99) <= 0.75


def test_more_rows_a_source_that_repeats_itself_and_one_place_make_surer() -> None:
    assert probability(rows=9) > probability(rows=2)
    assert probability(repeats_share=0.9) > probability(repeats_share=0.1)
    assert probability(agreement=0.5) > probability(agreement=-0.5)
    assert probability(varies=0) > probability(varies=1)


@pytest.mark.parametrize(
    ("messages", "kind"),
    [
        (["mount failed"], "equal"),
        (["user alice left", "user bob left"], "words"),
        (["user alice left", f"user {WILDCARD} left"], "numbers"),
    ],
)
def test_messages_differ_in_numbers_or_in_words(messages: list[str], kind: str) -> None:
    template = messages[0] if kind == "equal" else f"user {WILDCARD} left"
    assert classify_differences(template, messages) == kind


def test_three_errors_of_one_line_are_a_machines_whatever_people_write_beside_them() -> None:
    failures: list[dict[str, object]] = [
        {
            "title": f"KeyError: Charging card failed for order {number}",
            "service": "checkout",
            "error_type": "KeyError",
        }
        for number in (1007, 1008, 1009)
    ]
    people: list[dict[str, object]] = [
        {"title": title, "service": f"s{at}"} for at, title in enumerate(REPORTS * 2)
    ]
    fingerprints = fingerprint_issues(issue_frame(failures + people))
    machine = fingerprints.filter(pl.col("kind") == "machine", pl.col("error_type").is_not_null())
    assert machine["template"].unique().to_list() == ["KeyError: Charging card failed for order <*>"]
    assert (machine.height, machine["template_probability"].min() >= MIN_DECISIVE) == (3, True)


PEOPLE = ["Typo on the imprint page", "Cannot log in", "Search is slow", "The logo is blurred"]


def find_keys(*titles: str) -> list[str | None]:
    prints = fingerprint_issues(issue_frame([{"title": title, "body": None} for title in (*titles, *PEOPLE)]))
    keys = prints.select(pl.coalesce("template_key", "title_key"), "template_probability").rows()
    return [
        key if probability and probability >= MIN_DECISIVE else None
        for key, probability in keys[: len(titles)]
    ]


def test_what_a_task_was_started_with_is_another_at_each_run_and_no_part_of_what_failed() -> None:
    first, second = find_keys(
        "Task PublishReport(day=2026-11-01, rows=100) failed",
        "Task PublishReport(day=2026-11-08, rows=7) failed",
    )

    assert first is not None
    assert first == second


def test_a_code_in_parentheses_is_what_failed() -> None:
    assert find_keys("KafkaError{code=-192,val=1} on consume", "KafkaError{code=-5,val=1} on consume") == [
        None,
        None,
    ]
