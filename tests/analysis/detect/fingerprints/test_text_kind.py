"""A source is a machine if its masked messages repeat; titles without words of their own are no text."""

import polars as pl
import pytest

from causeloop_pipeline.analysis.detect.fingerprints.canonical_issues import canonical_issues
from causeloop_pipeline.analysis.detect.fingerprints.masking import mask
from causeloop_pipeline.analysis.detect.fingerprints.text_kind import Kinds, add_kind, select_reliable_kinds
from tests.support.failure_texts import REPORTS, issue_frame


def with_kind(rows: list[dict[str, object]], known_kinds: Kinds | None = None) -> pl.DataFrame:
    table = canonical_issues(issue_frame(rows))
    return add_kind(table.with_columns(mask(table["title"].fill_null("")).alias("masked")), known_kinds or {})


def messages(source: str, count: int) -> list[dict[str, object]]:
    return [{"source": source, "title": f"Worker {number} stopped"} for number in range(count)]


def test_each_source_has_its_own_kind() -> None:
    reports: list[dict[str, object]] = [{"source": "tracker", "title": title} for title in REPORTS]
    table = with_kind([*messages("syslog", 9), *reports])
    kinds = dict(table.select("source", "kind").unique().iter_rows())
    assert kinds == {"syslog": "machine", "tracker": "human"}


def test_issues_with_bodies_are_judged_apart_from_those_without() -> None:
    rows = messages("desk", 9)
    rows += [
        {"source": "desk", "title": title, "body": f"{title}. It happens each time that I try."}
        for title in REPORTS
    ]
    table = with_kind(rows)
    assert table.filter("has_body")["kind"].unique().to_list() == ["human"]
    assert table.filter(~pl.col("has_body"))["kind"].unique().to_list() == ["machine"]


def test_what_an_earlier_grouping_learned_holds_for_a_single_message() -> None:
    assert with_kind(messages("syslog", 1))["kind"].to_list() == ["human"]
    known_kinds: Kinds = {("syslog", False): "machine"}
    assert with_kind(messages("syslog", 1), known_kinds)["kind"].to_list() == ["machine"]


def test_only_kinds_of_sources_with_enough_issues_are_reliable() -> None:
    table = with_kind([*messages("large", 9), *messages("small", 2)])
    assert select_reliable_kinds(table) == {("large", False): "machine"}


def test_titles_of_numbers_are_not_text_even_where_the_dimensions_differ() -> None:
    rows: list[dict[str, object]] = [
        {"source": "desk", "title": f"INC{number:05d}", "service": f"s{number % 3}"} for number in range(20)
    ]
    assert with_kind(rows)["kind"].unique().to_list() == ["structured"]


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        (("Back-off restarting failed container", "nodes are available: Insufficient memory"), "machine"),
        (("Incident", "Anomaly detected"), "structured"),
    ],
)
def test_two_messages_at_many_places_are_placeholders_only_if_they_say_nothing(
    texts: tuple[str, str], kind: str
) -> None:
    rows: list[dict[str, object]] = [
        {"source": "cluster", "title": texts[number % 2], "service": f"service-{number}"}
        for number in range(20)
    ]

    assert with_kind(rows)["source_kind"].unique().to_list() == [kind]
