"""When a pattern counts as resolved, and when a new issue reopens it: a note alone closes nothing."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import polars as pl

from causeloop_pipeline.analysis.act.proof_text import write_date
from causeloop_pipeline.model.frames import INSTANT

LIFECYCLE = pl.Schema(
    {
        "pattern_id": pl.String(),
        "status": pl.String(),  # emerging | active | resolved
        "closed_at": INSTANT,  # the closure note that counts
        "resolved_at": INSTANT,  # when the proof window after it had passed in silence
        "reopened_at": INSTANT,  # the first matching issue after that
        "not_held": pl.List(pl.String()),  # recommendations whose claim the reopening refutes
        "text": pl.String(),
    }
)


def derive_lifecycle(
    patterns: pl.DataFrame,
    closures: pl.DataFrame,
    occurrences: pl.DataFrame,
    recommendations: pl.DataFrame | None = None,
    *,
    as_of: datetime,
    proof_window_days: int = 30,
) -> pl.DataFrame:
    """Derive the status of each pattern from its closure notes and from what occurred after them.

    In: PATTERNS; closures: frame(pattern_id, closed_at), one row per closure note; OCCURRENCES;
    recommendations: frame(recommendation_id, pattern_ids, status, implemented_at) or None; `as_of`
    (aware). Out: LIFECYCLE, one row per pattern, sorted. Raises ValueError when proof_window_days is
    below 1.

    Rule: resolved once a closure note is recorded and the proof window has passed in silence, counted
    from the later of the note and the last matching issue before it passed. A matching issue after that
    reopens the pattern: active until a later note, and the recommendations implemented before it have not
    held.
    """
    if proof_window_days < 1:
        raise ValueError(f"proof_window_days is {proof_window_days}; a proof needs one day at least")
    window = timedelta(days=proof_window_days)
    notes = _moments(closures, "closed_at", as_of)
    seen = _moments(occurrences, "occurred_at", as_of)
    claims = _claims(recommendations)
    rows = []
    for pattern_id, status in patterns.select("pattern_id", "status").sort("pattern_id").iter_rows():
        events, closed = seen.get(pattern_id, []), notes.get(pattern_id, [])
        state = _derive_state(status, closed, events, as_of, window)
        rows.append(_build_row(pattern_id, state, claims.get(pattern_id, []), window))
    return pl.DataFrame(rows, schema=LIFECYCLE, orient="row")


def _moments(frame: pl.DataFrame, column: str, as_of: datetime) -> dict[str, list[datetime]]:
    past = frame.filter(pl.col(column) <= as_of).sort("pattern_id", column)
    return dict(past.group_by("pattern_id", maintain_order=True).agg(column).iter_rows())


def _claims(recommendations: pl.DataFrame | None) -> dict[str, list[tuple[str, datetime]]]:
    if recommendations is None or recommendations.is_empty():
        return {}
    done = recommendations.filter(
        (pl.col("status") == "implemented") & pl.col("implemented_at").is_not_null()
    )
    claims: dict[str, list[tuple[str, datetime]]] = {}
    flat = done.explode("pattern_ids").select("pattern_ids", "recommendation_id", "implemented_at")
    for pattern_id, recommendation_id, implemented_at in sorted(flat.drop_nulls().iter_rows()):
        claims.setdefault(pattern_id, []).append((recommendation_id, implemented_at))
    return claims


def _derive_state(
    status: str | None,
    notes: Sequence[datetime],
    events: Sequence[datetime],
    as_of: datetime,
    window: timedelta,
) -> dict[str, Any]:
    """Walk through note, silence and reopening until the last note."""
    state: dict[str, Any] = {
        "status": "emerging" if status == "emerging" else "active",
        "closed": None,
        "resolved": None,
        "reopened": None,
    }
    for note in notes:
        if state["closed"] and state["reopened"] is None:
            continue
        if state["reopened"] and note < state["reopened"]:
            continue
        resolved = _quiet_since(note, events, as_of, window)
        reopened = next((event for event in events if resolved and event > resolved), None)
        state = {"status": "active", "closed": note, "resolved": resolved, "reopened": reopened}
    if state["resolved"] and not state["reopened"]:
        state["status"] = "resolved"
    return state


def _quiet_since(
    note: datetime, events: Sequence[datetime], as_of: datetime, window: timedelta
) -> datetime | None:
    """When the window after the note, or after the last issue that broke it, had passed; None if not yet."""
    start = note
    for event in events:
        if start < event <= start + window:
            start = event
    return start + window if start + window <= as_of else None


def _build_row(
    pattern_id: str, state: Mapping[str, Any], claims: Sequence[tuple[str, datetime]], window: timedelta
) -> tuple[Any, ...]:
    reopened = state["reopened"]
    not_held = [recommendation for recommendation, done in claims if reopened and done <= reopened]
    return (
        pattern_id,
        state["status"],
        state["closed"],
        state["resolved"],
        reopened,
        not_held,
        _write_text(state, window),
    )


def _write_text(state: Mapping[str, Any], window: timedelta) -> str:
    if state["closed"] is None:
        return "No closure note is recorded."
    note = f"closure note of {write_date(state['closed'])}"
    if state["reopened"]:
        return (
            f"Reopened: it came back on {write_date(state['reopened'])}, after the {note} and "
            f"{window.days} quiet days."
        )
    if state["resolved"]:
        return f"Resolved on {write_date(state['resolved'])}: {window.days} quiet days after the {note}."
    return f"Waiting for {window.days} quiet days after the {note}, or after the last issue since."
