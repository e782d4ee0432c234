"""Five failures of another verifier, as its users published them, and one of trackers: earlier releases."""

import polars as pl
import pytest

from causeloop_pipeline.analysis.act.lifecycle import derive_lifecycle
from causeloop_pipeline.analysis.act.proof import prove_fixes
from causeloop_pipeline.model.proof import Verdict
from tests.analysis.act.test_proof import STEADY, every, fixes_at, prove_one
from tests.support.pattern_frames import build_pattern_frames, day, issue, occurrences

IRREGULAR = [at + 3 * (n % 3) for n, at in enumerate(every(5, 20, 190))]


def test_what_fails_again_26_seconds_after_the_fix_is_not_remediated() -> None:
    proof = prove_one([*IRREGULAR, 200 + 26 / 86_400], 200.01)
    assert proof["verdict"] not in {Verdict.HELD, Verdict.PARTLY}
    assert proof["events_after"] == 1


@pytest.mark.parametrize("days", [1, 3, 7, 14, 30, 60])
def test_the_anomaly_does_not_persist_after_a_fix_that_worked(days: int) -> None:
    assert prove_one(IRREGULAR, 200 + days)["verdict"] in {Verdict.HELD, Verdict.NOT_PROVABLE_YET}


def test_a_second_fix_that_did_nothing_either_is_seen_to_have_failed_too() -> None:
    going_on = every(1, 20, 330)
    fixes = fixes_at(200).vstack(fixes_at(260).with_columns(recommendation_id=pl.lit("second")))
    proofs = prove_fixes(fixes, occurrences({"p": going_on} | STEADY), as_of=day(330))
    assert proofs["verdict"].to_list() == ["failed", "failed"]
    assert all(Verdict(verdict).is_reopening for verdict in proofs["verdict"])


def test_a_missing_baseline_is_named_and_not_passed_over_in_silence() -> None:
    proof = prove_one([198, 199], 300)
    assert proof["verdict"] == Verdict.NOT_PROVABLE_YET
    assert "nothing to compare with" in proof["text"]


def test_only_the_pattern_that_was_fixed_is_measured() -> None:
    loud, quiet = (STEADY | {"neighbour": every(1, 0, until)} for until in (280, 199))
    assert prove_one(IRREGULAR, 280, others=loud)["events_after"] == 0
    assert prove_one(every(1, 20, 280), 280, others=quiet)["verdict"] == Verdict.FAILED


def test_what_recurs_in_an_earlier_version_neither_counts_nor_reopens() -> None:
    seen = occurrences({"p": [*IRREGULAR, 210, 215, 221, 245]} | STEADY)
    later = (pl.col("pattern_id") == "p") & (pl.col("occurred_at") > day(200))
    earlier = seen.filter(later).select(
        pl.lit("r p").alias("recommendation_id"),
        *("pattern_id", "occurred_at"),
        pl.lit("earlier_version").alias("reason"),
        pl.lit(None, pl.String).alias("provider"),
    )
    counted, uncounted = (
        prove_fixes(fixes_at(200), seen, as_of=day(260), left_out=left_out).row(0, named=True)
        for left_out in (None, earlier)
    )
    assert (counted["events_after"], uncounted["events_after"]) == (4, 0)
    assert uncounted["verdict"] == Verdict.HELD
    assert uncounted["text"].endswith("Not counted: 4 of an earlier version.")
    assert uncounted["left_out"] == [{"reason": "earlier_version", "provider": None, "before": 0, "since": 4}]

    patterns, _, _ = build_pattern_frames({"p": [issue("i", 0)]})
    closures = fixes_at(200).select("pattern_id", closed_at="fixed_at")
    reopened, resolved = (
        derive_lifecycle(patterns, closures, events, as_of=day(260), proof_window_days=7)["status"][0]
        for events in (seen, seen.join(earlier, on=["pattern_id", "occurred_at"], how="anti"))
    )
    assert (reopened, resolved) == ("active", "resolved")
