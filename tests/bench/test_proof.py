"""The short form of `python -m bench.proof`: the verifier's errors and its speed, with a floor."""

import json
from functools import cache
from pathlib import Path

import pytest

from bench.data.claimed_histories import FAMILIES
from bench.proof import Figures, count_order_effects, judge_workspace
from bench.proof import measure as measure_all

WORKSPACES = 3


@cache
def measure(name: str) -> Figures:
    number = [family.name for family in FAMILIES].index(name)
    first_days = [first for run in range(WORKSPACES) for _, first in judge_workspace(number, 10_000 + run)]
    return Figures.count(name, first_days)


@pytest.mark.parametrize("name", [family.name for family in FAMILIES if family.left == 1])
def test_a_fix_without_effect_hardly_ever_counts_as_held(name: str) -> None:
    figures = measure(name)
    assert figures.fixes >= 50
    assert figures.held <= 1 / figures.fixes


@pytest.mark.parametrize("name", [family.name for family in FAMILIES if family.left == 0])
def test_a_complete_fix_hardly_ever_counts_as_failed(name: str) -> None:
    figures = measure(name)
    assert figures.failed <= 1 / figures.fixes
    assert figures.held >= 0.1


def test_a_complete_fix_of_what_fails_eight_times_a_month_is_proven_in_a_month() -> None:
    assert measure("complete: 8 in 30 days").median_day <= 32


def test_what_comes_each_week_is_seen_to_go_on() -> None:
    assert measure("no effect: each week").failed >= 0.8


def test_the_order_of_records_changes_no_proof() -> None:
    assert count_order_effects(2) == 0


def test_a_later_run_goes_on_from_what_was_kept(tmp_path: Path) -> None:
    file = tmp_path / "judged.jsonl"
    lines = [json.dumps([n, 0, 5, [[family.name, {"held": 12}]]]) for n, family in enumerate(FAMILIES)]
    file.write_text("\n".join(lines), encoding="utf-8")
    figures = measure_all(1, 5, file)
    assert {(row.fixes, row.held, row.median_day) for row in figures} == {(1, 1.0, 12)}
