"""A pattern that keeps turns is foretold by them; one that keeps none is not touched."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from bench.data.rhythmic_patterns import KINDS, draw_pattern, list_occurrences
from bench.recurrence.rhythms import MAX_NOT_DUE, MAX_STOPPED, MIN_DUE, measure_exact
from causeloop_pipeline.analysis.predict.prophet.batch import WEEKLY_ORDER, load_prophet
from causeloop_pipeline.analysis.predict.recurrence.closed_forms import expit
from causeloop_pipeline.analysis.predict.recurrence.history import (
    OccurrenceHistory,
    build_history,
    to_milliseconds,
)
from causeloop_pipeline.analysis.predict.recurrence.rhythm.bursts import collect_bursts, read_local_days
from causeloop_pipeline.analysis.predict.recurrence.rhythm.evidence import find_schedules
from causeloop_pipeline.analysis.predict.recurrence.rhythm.prophet_turns import predict_turn_days
from causeloop_pipeline.analysis.predict.recurrence.rhythm.rhythm import (
    FoundRhythms,
    blend_rhythm,
    find_rhythms,
)

TUESDAY = datetime(2026, 9, 1, 9, 10, tzinfo=UTC)
WINDOWS = (7, 30)


def build(patterns: dict[str, list[datetime]], as_of: datetime) -> OccurrenceHistory:
    past = {name: [at for at in instants if at < as_of] for name, instants in patterns.items()}
    return build_history(list_occurrences(past), reference_time=as_of)


def find(patterns: dict[str, list[datetime]], as_of: datetime) -> FoundRhythms:
    history = build(patterns, as_of)
    return find_rhythms(
        history, np.arange(history.size), np.full(history.size, to_milliseconds(as_of)), WINDOWS
    )


def every(days: float, count: int, start: datetime = TUESDAY) -> list[datetime]:
    return [start + timedelta(days=days * number) for number in range(count)]


@pytest.mark.parametrize("kind", KINDS)
def test_twelve_exact_turns_foretell_the_next_and_an_end_is_noticed_within_two_missed(kind: str) -> None:
    measured = measure_exact(kind, patterns=6)
    assert measured.lowest_due >= MIN_DUE
    assert (measured.highest_not_due or 0.0) <= MAX_NOT_DUE
    assert measured.after_missed[2] <= MAX_STOPPED


def test_patterns_at_random_times_keep_no_turns() -> None:
    rng = np.random.default_rng(3)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    patterns = {
        str(number): sorted(
            start + timedelta(days=float(day)) for day in rng.uniform(0, 180, rng.poisson(18))
        )
        for number in range(400)
    }
    rhythms = find(patterns, start + timedelta(days=180))
    assert (rhythms.weight > 0.5).sum() <= 2


def test_a_storm_at_each_turn_is_one_turn() -> None:
    storms = [at + timedelta(minutes=minute) for at in every(7, 12) for minute in range(0, 240, 8)]
    once, stormy = (
        find({"a": instants}, TUESDAY + timedelta(days=82)) for instants in (every(7, 12), storms)
    )
    assert stormy.turns.kept_count.tolist() == once.turns.kept_count.tolist() == [12]
    assert stormy.schedules.evidence[0] == pytest.approx(once.schedules.evidence[0])


def test_turns_around_midnight_are_of_one_day() -> None:
    rng = np.random.default_rng(0)
    midnight = datetime(2026, 9, 1, tzinfo=UTC)
    around = [at + timedelta(minutes=float(rng.uniform(-20, 20))) for at in every(7, 12, midnight)]
    rhythms = find({"a": around}, midnight + timedelta(days=82))
    assert rhythms.turns.kept_count.tolist() == [12]
    assert expit(rhythms.log_odds[0, 0]) >= MIN_DUE


def test_a_rhythm_younger_than_its_pattern_is_found() -> None:
    rng = np.random.default_rng(1)
    before = [TUESDAY - timedelta(days=float(day)) for day in rng.uniform(8, 208, 30)]
    rhythms = find({"a": sorted(before) + every(7, 14)}, TUESDAY + timedelta(days=96))
    assert rhythms.weight[0] > 0.9
    assert bool(rhythms.schedules.is_lately[0])


def test_a_turn_within_an_outage_of_its_connector_is_not_missed() -> None:
    as_of = TUESDAY + timedelta(days=7 * 13 + 2)
    history = build({"a": every(7, 12)}, as_of)
    unobserved = 9 * 86_400_000  # the clock of the history stands still since eight days before the 13th turn
    moved = replace(history, events=replace(history.events, at=history.events.at + unobserved))
    rows = np.array([0]), np.array([to_milliseconds(as_of)])
    assert find_rhythms(history, *rows, WINDOWS).turns.missed.tolist() == [2]
    assert find_rhythms(moved, *rows, WINDOWS).turns.missed.tolist() == [0]


def test_the_forecast_of_turns_is_stock_prophets_with_each_day_of_a_turn_as_a_holiday() -> None:
    instants = [at for number, at in enumerate(every(14, 16)) if number not in (4, 9)]
    instants += [TUESDAY + timedelta(days=day, hours=1) for day in (10, 101)]
    as_of = TUESDAY + timedelta(days=14 * 16 - 3, hours=-9)
    bursts = collect_bursts(build({"a": sorted(instants)}, as_of))
    count = np.array([len(instants)])
    days = read_local_days(bursts, count, count, np.array([to_milliseconds(as_of)]), 60)
    rhythms = find_schedules(days, is_lately=False)
    expected = predict_turn_days(rhythms, days, days.now, (7,))

    first = pd.Timestamp(TUESDAY.date())
    dates = pd.date_range(first, pd.Timestamp(as_of.date()) - pd.Timedelta(days=1))
    active = {pd.Timestamp(at.date()) for at in instants}
    turns = pd.DataFrame(
        {
            "holiday": "turn",
            "ds": pd.date_range(first, periods=18, freq="14D"),
            "lower_window": -1,
            "upper_window": 1,
        }
    )
    stock = load_prophet()(
        growth="flat",
        weekly_seasonality=WEEKLY_ORDER,
        daily_seasonality=False,
        yearly_seasonality=False,
        uncertainty_samples=0,
        holidays=turns,
    )
    stock.fit(pd.DataFrame({"ds": dates, "y": [float(date in active) for date in dates]}))
    ahead = stock.predict(pd.DataFrame({"ds": pd.date_range(pd.Timestamp(as_of.date()), periods=7)}))
    rate = np.clip(ahead["yhat"].to_numpy(), 0.0005, 0.98)
    assert expected.on_turns[0, 0] == pytest.approx(rate[2:5].sum(), abs=0.01)
    assert expected.elsewhere[0, 0] == pytest.approx(rate.sum() - rate[2:5].sum(), abs=0.02)


def test_a_rhythm_without_weight_changes_nothing() -> None:
    log_odds, rhythm = np.array([-1.0, 2.0]), np.array([5.0, 5.0])
    assert blend_rhythm(log_odds, rhythm, np.zeros(2)) == pytest.approx(expit(log_odds))
    assert blend_rhythm(log_odds, rhythm, np.ones(2)) == pytest.approx(expit(rhythm))


def test_a_schedule_is_found_from_any_kind_of_turns_with_some_missed() -> None:
    rng = np.random.default_rng(5)
    for kind in KINDS:
        pattern = draw_pattern(kind, rng, missed=0.1)
        rhythms = find({"a": pattern.occurred[:20]}, pattern.occurred[19] + timedelta(days=1))
        assert rhythms.weight[0] > 0.9, kind


def test_a_pattern_that_had_not_occurred_by_its_origin_keeps_no_turns() -> None:
    history = build({"a": every(7, 12), "b": every(7, 12)}, TUESDAY + timedelta(days=82))
    before = np.full(2, to_milliseconds(TUESDAY - timedelta(days=1)))
    assert not len(find_rhythms(history, np.arange(2), before, WINDOWS).pair)
    nothing = build_history(list_occurrences({}), reference_time=TUESDAY)
    assert not len(find_rhythms(nothing, np.zeros(0, np.int64), np.zeros(0, np.int64), WINDOWS).pair)
