"""Frames of what is to be found out about patterns, and of how their issues ended."""

import polars as pl

from causeloop_pipeline.model.frames import INSTANT

INVESTIGATION_SCHEMA = pl.Schema(
    {
        "investigation_id": pl.String(),
        "pattern_id": pl.String(),
        "kind": pl.String(),
        "place": pl.Int64(),  # 1 is to be found out first
        "title": pl.String(),
        "to_note": pl.String(),
        "first_cause": pl.String(),
        "second_cause": pl.String(),
        "steps": pl.List(pl.String()),
    }
)

ENDING_SCHEMA = pl.Schema(
    {
        "issue_id": pl.String(),
        "ended_at": INSTANT,
        "took_seconds": pl.Int64(),
        "action": pl.String(),  # null: its words tell of none
        "phrase": pl.String(),
        "quote": pl.String(),
        "field": pl.String(),
        "made_by": pl.String(),
        "link": pl.String(),
        "read_until": INSTANT,
    }
)

INVESTIGATION_STATE_SCHEMA = pl.Schema(
    dict.fromkeys(("investigation_id", "pattern_id", "kind", "status", "result", "note"), pl.String())
)
