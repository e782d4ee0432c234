"""Sentences that a workspace's titles repeat about the report are not part of a pattern's name."""

import polars as pl
import pytest

from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import fingerprint_issues
from causeloop_pipeline.analysis.detect.grouping.patterns import group_issues
from causeloop_pipeline.analysis.detect.stock_phrases import strip_stock_phrases
from tests.support.failure_texts import build_constraints, human_issues

TEXT = {"title": pl.String, "service": pl.String, "component": pl.String}
MERGED = "This incident is being merged with another. All updates will be given there: https://x.example/{}"


def strip(*titles: tuple[str | None, str]) -> dict[int, str]:
    issues = pl.DataFrame(
        [(title, place, None) for place, title in titles],
        schema={"title": pl.String, "service": pl.String, "component": pl.String},
        orient="row",
    )
    return dict(strip_stock_phrases(issues).iter_rows())


def test_what_speaks_of_the_report_in_two_places_is_dropped_with_what_follows_it() -> None:
    assert strip(("mail", MERGED.format(1)), ("shop", MERGED.format(27))) == {0: "", 1: ""}


def test_in_one_place_three_issues_show_that_a_sentence_is_stock() -> None:
    looking = ("mail", "We are investigating slow pages.")
    assert strip(looking, looking) == {}
    assert strip(looking, looking, looking) == {0: "", 1: "", 2: ""}


def test_a_sentence_that_ends_three_different_titles_is_dropped_from_them() -> None:
    starts = ("Mail bounces.", "Shop returns errors.", "Search is slow.")
    titles = [(start[:4], f"{start} Mitigation underway") for start in starts]
    assert strip(*titles) == dict(enumerate(starts))
    assert strip(*titles[:2]) == {}


def test_what_begins_titles_names_the_failure_however_common() -> None:
    assert strip(*[(place, "Elevated error rates.") for place in ("mail", "shop", "search", "db")]) == {}


def test_a_sentence_about_the_report_that_nothing_repeats_stays() -> None:
    assert strip(("mail", "We are experiencing full mailboxes"), ("shop", "We are out of carts")) == {}


def test_issues_without_title_or_place_are_not_an_obstacle() -> None:
    issues = pl.DataFrame({"title": [None, ""], "service": None, "component": None}, schema_overrides=TEXT)
    assert strip_stock_phrases(issues).is_empty()


@pytest.mark.parametrize(("service", "name"), [("mail", "mail"), (None, "We are investigating this.")])
def test_a_pattern_of_stock_phrases_alone_is_named_after_its_place(service: str | None, name: str) -> None:
    stock = pl.when(pl.int_range(pl.len()) < 3).then(pl.lit("We are investigating this.")).otherwise("title")
    issues = human_issues().with_columns(stock.alias("title"), pl.lit(service, pl.String).alias("service"))
    linked = build_constraints(("must", *issues["issue_id"][:2]))
    grouping = group_issues(issues, fingerprint_issues(issues), constraints=linked)
    assert grouping.patterns["name"].to_list() == [name]
