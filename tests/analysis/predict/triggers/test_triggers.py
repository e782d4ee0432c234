"""Triggers are named with their counts when they are beyond chance, and not otherwise."""

import numpy as np
import polars as pl
import pytest

from causeloop_pipeline.analysis.binomial import compute_binomial_tail
from causeloop_pipeline.analysis.predict.recurrence.history import number_occurrences
from causeloop_pipeline.analysis.predict.triggers.trigger_text import format_trigger
from causeloop_pipeline.analysis.predict.triggers.triggers import find_triggers
from causeloop_pipeline.model.frames import INSTANT
from tests.support.recurring_failures import AS_OF, at, occurrences

RNG = np.random.default_rng(5)
STRAY = {f"n{number}": RNG.uniform(0, 180, 20).tolist() for number in range(30)}
SPREAD = [float(day) + 0.37 * (day % 5) for day in range(5, 170, 13)]


def find(rows, changes, timezone="UTC", **options):
    return find_triggers(number_occurrences(rows, AS_OF, timezone), changes, as_of=AS_OF, **options)


def evidence(rows, pattern, changes=None, **options):
    triggers = find(rows, changes, **options)
    return triggers.filter(pl.col("pattern_id") == pattern)["evidence"].item()


def changes(days_ago, service="checkout", kind="deploy"):
    names = ("kind", "service", "title")
    schema = pl.Schema({"changed_at": INSTANT, **dict.fromkeys(names, pl.String())})
    return pl.DataFrame(
        [(at(day), kind, service, "release") for day in days_ago], schema=schema, orient="row"
    )


def test_a_pattern_that_comes_before_another_is_named_with_its_counts():
    rows = occurrences({"cause": [day + 0.1 for day in SPREAD], "effect": SPREAD, **STRAY})
    first = evidence(rows, "effect", names={"cause": "Pool exhausted"})[0]
    assert (first["kind"], first["of"]) == ("pattern", len(SPREAD))
    assert first["text"].startswith(
        f"“Pool exhausted” came before {first['count']} of {first['of']} occurrences"
    )


def test_the_effect_is_not_a_trigger_of_its_cause():
    rows = occurrences({"cause": [day + 0.1 for day in SPREAD], "effect": SPREAD, **STRAY})
    assert "pattern" not in {finding["kind"] for finding in evidence(rows, "cause")}


def test_a_storm_that_precedes_everything_is_not_a_trigger_of_one_pattern():
    storm = sorted({round(day * 4) / 4 + 0.05 for past in [*STRAY.values(), SPREAD] for day in past})
    rows = occurrences({"storm": storm, "effect": SPREAD, **STRAY})
    assert "pattern" not in {finding["kind"] for finding in evidence(rows, "effect")}


def test_deploys_of_the_same_service_are_named_and_others_are_not():
    rows, near = occurrences({"effect": SPREAD, **STRAY}), [day + 0.2 for day in SPREAD[:9]]
    kinds = {finding["kind"] for finding in evidence(rows, "effect", changes(near))}
    other = {finding["kind"] for finding in evidence(rows, "effect", changes(near, "search"))}
    assert "deploy" in kinds
    assert "deploy" not in other


def test_a_change_of_everything_counts_for_every_service():
    rows = occurrences({"effect": SPREAD})
    assert "incident" in {
        f["kind"] for f in evidence(rows, "effect", changes([d + 0.2 for d in SPREAD], None, "incident"))
    }


def test_a_service_that_deploys_all_day_is_not_blamed():
    rows = occurrences({"effect": SPREAD})
    assert "deploy" not in {f["kind"] for f in evidence(rows, "effect", changes(np.arange(0, 180, 0.4)))}


def test_the_calendar_is_read_in_the_time_zone_of_the_workspace():
    mondays = occurrences({"weekly": [3 + 7.0 * week - 0.03 for week in range(12)]})  # Monday 00:43 UTC
    assert "12 of 12 occurrences fell on Mondays" in format_trigger(
        evidence(mondays, "weekly", timezone="UTC")
    )
    assert "Sundays" in format_trigger(evidence(mondays, "weekly", timezone="America/New_York"))


def test_severity_that_rose_lately_is_evidence():
    old = occurrences({"worse": [float(day) for day in range(40, 160, 4)]}, severity="p4")
    new = occurrences({"worse": [25.0, 21.0, 16.0, 12.0, 7.0, 3.0]}, severity="p1")
    assert "severity" in {finding["kind"] for finding in evidence(pl.concat([old, new]), "worse")}


def test_chance_alone_is_rarely_called_a_trigger():
    rows = occurrences({f"r{n}": RNG.uniform(0, 180, 15).tolist() for n in range(100)})
    triggers = find(rows, changes(RNG.uniform(0, 180, 40)))
    assert (triggers["evidence"].list.len() > 0).sum() <= 10


@pytest.mark.parametrize("rows", [occurrences({}), occurrences({"a": [1.0]})])
def test_little_data_gives_no_evidence_and_no_error(rows):
    triggers = find(rows, changes([2.0]))
    assert triggers["evidence"].to_list() == [[]] * rows["pattern_id"].n_unique()


def test_row_order_does_not_matter():
    rows = occurrences({"cause": [day + 0.1 for day in SPREAD], "effect": SPREAD, **STRAY})
    in_order, reversed_rows = (find(frame, changes(SPREAD)) for frame in (rows, rows.reverse()))
    assert in_order.equals(reversed_rows)


def test_the_tail_is_that_of_the_binomial():
    tail = compute_binomial_tail(
        np.array([0.0, 3.0, 3.0]), np.array([3.0, 3.0, 4.0]), np.array([0.5, 0.5, 0.5])
    )
    assert np.allclose(tail, [1, 0.125, 5 / 16])


def test_two_patterns_of_the_same_office_hours_do_not_trigger_each_other():
    weekdays = [day for day in range(2, 360) if (AS_OF.weekday() - day) % 7 < 5]
    rng = np.random.default_rng(3)
    reviews, timeouts = (
        [day - rng.uniform(*hours) / 24 for day in weekdays if rng.uniform() < 0.5]
        for hours in ((10, 12), (13, 15))
    )
    rows = occurrences({"review": reviews, "timeout": timeouts, **STRAY})
    for pattern in ("review", "timeout"):
        assert "pattern" not in {finding["kind"] for finding in evidence(rows, pattern)}
