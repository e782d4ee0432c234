"""The short form of `python -m bench.advice.prevention`."""

import pytest

from bench.advice.prevention import SEED, list_rows, main, simulate


def test_the_interval_of_recurrences_prevented_holds_the_average_four_times_of_five() -> None:
    promises = [promise for workspace in range(40) for promise in simulate(workspace, SEED + 1)]
    _, number, average, _ = next(iter(list_rows(promises)))
    assert number > 500
    assert average == pytest.approx(0.8, abs=0.07)
    expected = sum(promise.prevention.expected for promise in promises)
    assert sum(promise.prevented for promise in promises) == pytest.approx(expected, rel=0.15)


def test_the_command_exits_1_outside_of_its_goal(monkeypatch: pytest.MonkeyPatch) -> None:
    assert main(["--workspaces", "30"]) == 0
    monkeypatch.setattr("bench.advice.prevention.HIGH", 0.5)
    assert main(["--workspaces", "2"]) == 1
