"""The part on stability holds each set's moves, and the goals that were missed are listed."""

from bench.stability import list_missed
from causeloop_pipeline.cli.output.quality.stability import StabilityLine, describe_stability

STEADY = {"recomputed": 0.0, "between": 0.0, "nightly": 0.007, "next night": 0.0}


def test_moves_and_unrelated_reports_are_written() -> None:
    part = describe_stability([StabilityLine("machine stream", 1_000, STEADY)], {"storm_1": 0.005})
    assert "| data | issues | recomputed | between | nightly | next night |" in part
    assert "| machine stream | 1,000 | 0.00% | 0.00% | 0.70% | 0.00% |" in part
    assert "| flood of alerts, first | 0.5% |" in part


def test_moves_and_links_above_their_goals_are_missed() -> None:
    lines = [StabilityLine("own", 10, STEADY | {"between": 0.02})]
    assert list_missed([StabilityLine("own", 10, STEADY)], {"storm_1": 0.01}) == []
    assert list_missed(lines, {"storm_1": 0.02}) == [
        "own: between 2.00% > 1%",
        "storm_1: 2.0% of unrelated reports are linked",
    ]
