"""The summary of a pattern: what its members share, its name, and how long its issues take to resolve."""

from datetime import timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causeloop_pipeline.analysis.detect.grouping.pattern_summary import (
    MAX_NAME_LENGTH,
    compute_median_resolution_time,
    count_traits,
    find_shared_traits,
    measure_resolution_times,
    name_pattern,
    summarize_times,
)
from causeloop_pipeline.model.frames import SHARED_TRAITS, TRAIT_COLUMNS
from tests.support.failure_texts import START


def members(*services: str | None) -> pl.DataFrame:
    """Members of one group, each with a service."""
    rows = [{**dict.fromkeys(TRAIT_COLUMNS), "group": 0, "service": service} for service in services]
    schema = {"group": pl.Int64, **dict.fromkeys(TRAIT_COLUMNS, pl.String)}
    return pl.DataFrame(rows, schema=schema)


def fingerprint(*services: str | None) -> dict[str, dict[str, object]]:
    rows = members(*services)
    sizes = pl.DataFrame({"group": [0], "issue_count": [rows.height]})
    fingerprints = find_shared_traits(count_traits(rows), sizes)["fingerprint"]
    assert fingerprints.dtype == SHARED_TRAITS
    return {name: trait for name, trait in fingerprints[0].items() if trait is not None}


def test_a_dimension_is_shared_from_half_of_all_members_on() -> None:
    assert fingerprint("db", "db", "web", None) == {"service": {"value": "db", "share": 0.5}}
    assert fingerprint("db", "web", None) == {}


def test_of_equally_common_values_the_one_that_sorts_first_is_shared() -> None:
    assert fingerprint("web", "db")["service"]["value"] == "db"


def test_traits_are_counted_per_group_and_value() -> None:
    counts = count_traits(members("db", "db", "web", None))
    assert counts.rows() == [(0, "service", "db", 2), (0, "service", "web", 1)]
    assert count_traits(members().clear()).height == 0


def test_what_ended_before_it_began_is_left_out_of_the_median() -> None:
    hours = [1, 3, 8, -2, None]
    rows = pl.DataFrame(
        {
            "group": [0] * len(hours),
            "started_at": [START] * len(hours),
            "ended_at": [None if hour is None else START + timedelta(hours=hour) for hour in hours],
        }
    )
    times = measure_resolution_times(rows)
    assert times["seconds"].to_list() == [3_600, 10_800, 28_800]
    assert compute_median_resolution_time(times).rows() == [(0, 10_800)]


def test_times_are_the_first_and_last_of_the_occurrences_that_have_one() -> None:
    rows = pl.DataFrame({"group": [0, 0, 0], "started_at": [START + timedelta(hours=3), None, START]})
    assert summarize_times(rows).rows() == [(0, 3, START, START + timedelta(hours=3))]


@pytest.mark.parametrize(
    ("kind", "text", "shared", "name"),
    [
        ("machine", "Disk <*> is full", {"service": "store"}, "Disk … is full (store)"),
        ("machine", "Store disk <*> is full", {"service": "store"}, "Store disk … is full"),
        ("structured", None, {"service": "mail", "team": "core"}, "mail / core"),
        ("structured", None, {}, "Incidents without text"),
        ("human", None, {"service": "mail", "component": "mail"}, "mail"),
        ("human", "  ", {"component": "cart"}, "cart"),
    ],
)
def test_a_name_says_what_recurs_and_where(
    kind: str, text: str | None, shared: dict[str, str], name: str
) -> None:
    dimensions = {key: {"value": value, "share": 1.0} for key, value in shared.items()}
    assert name_pattern(kind, text, dict.fromkeys(TRAIT_COLUMNS) | dimensions) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("[RESOLVED] Increased error rates", "Increased error rates"),
        ("Update: mail is late", "mail is late"),
        ("(closed) - Disk is full", "Disk is full"),
        ("[Resolved]", "[Resolved]"),
        ("Closed tickets cannot be opened", "Closed tickets cannot be opened"),
        ("[payments] Card is refused", "[payments] Card is refused"),
    ],
)
def test_the_state_of_one_issue_is_not_part_of_a_patterns_name(text: str, name: str) -> None:
    assert name_pattern("human", text, {}) == name


def test_a_service_with_a_long_name_is_cut_within_its_parentheses() -> None:
    name = name_pattern("human", "Card is refused", {"service": {"value": "s" * 90, "share": 1.0}})
    assert name == f"Card is refused ({'s' * 36}…)"


@settings(deadline=None)
@given(st.sampled_from(["machine", "human", "structured"]), st.text(max_size=300), st.text(max_size=80))
def test_a_name_is_never_empty_or_too_long(kind: str, text: str, service: str) -> None:
    name = name_pattern(kind, text, {"service": {"value": service, "share": 1.0} if service else None})
    assert len(name) <= MAX_NAME_LENGTH
    assert name or not text.strip()
