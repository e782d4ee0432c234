"""The short form of `python -m bench.advice.prevention`."""

import pytest

from bench.advice.prevention import SEED, list_rows, main, simulate


def test_the_interval_holds_what_one_fix_prevents_four_times_of_five() -> None:
    promises = [promise for workspace in range(40) for promise in simulate(workspace, SEED + 1)]
    _, number, within, _, promised, came = next(iter(list_rows(promises)))
    assert number > 500
    assert within == pytest.approx(0.8, abs=0.05)
    assert came == pytest.approx(promised, rel=0.15)


def test_the_command_exits_1_outside_of_its_goal(monkeypatch: pytest.MonkeyPatch) -> None:
    assert main(["--workspaces", "30"]) == 0
    monkeypatch.setattr("bench.advice.prevention.HIGH", 0.5)
    assert main(["--workspaces", "2"]) == 1
