"""What says nothing of a fix is left out of its proof, on either side, and counted with the reason."""

from collections.abc import Sequence

import polars as pl

from causeloop_pipeline.analysis.act.left_out import LEFT_OUT_SCHEMA
from tests.analysis.act.test_proof import every, prove_one
from tests.support.pattern_frames import day


def leave_out(times: Sequence[float], reason: str = "status_page", provider: str = "Acme") -> pl.DataFrame:
    rows = [("r p", "p", day(at), reason, provider) for at in times]
    return pl.DataFrame(rows, schema=LEFT_OUT_SCHEMA, orient="row")


def test_what_a_provider_caused_neither_fails_a_fix_nor_makes_it_look_better() -> None:
    usual, outages = every(4, 20, 196), every(3, 20, 260)
    provider_only = leave_out(outages)
    counted, uncounted = (
        prove_one(sorted({*usual, *outages}), 260, left_out=frame) for frame in (None, provider_only)
    )
    own = prove_one([at for at in usual if at not in outages], 260)
    assert counted["events_after"] == 20
    assert uncounted["events_after"] == 0
    assert (uncounted["verdict"], uncounted["events_before"]) == (own["verdict"], own["events_before"])
    assert uncounted["left_out"] == [{"reason": "status_page", "provider": "Acme", "before": 61, "since": 20}]
    assert uncounted["text"].endswith(
        "Not counted: 20 in an incident on a provider's status page (Acme) and 61 before the fix."
    )


def test_a_single_occurrence_is_left_out_as_well() -> None:
    hours = [210 + hour / 24 for hour in range(24)]
    counted = [
        prove_one([*every(4, 20, 196), at], 260, left_out=leave_out([at]))["events_after"] for at in hours
    ]
    assert counted == [0] * 24
