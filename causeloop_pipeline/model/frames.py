"""The columns of every frame that passes between storage and the stages of analysis."""

from collections.abc import Mapping

import polars as pl

from causeloop_pipeline.model.issue import TIME_FIELDS
from causeloop_pipeline.model.nested_columns import (
    EDGE_REASON,
    FACTOR,
    FINDING,
    KEPT_RHYTHM,
    LIKELY_WHERE,
    MEMBERSHIP_REASON,
    MODEL_PROBABILITIES,
    SHARED_VALUE,
    TIME_SHARE,
)

Columns = Mapping[str, pl.DataType | type[pl.DataType]]


def _make_schema(columns: Columns) -> pl.Schema:
    return pl.Schema(columns)


INSTANT = pl.Datetime("us", "UTC")

DIMENSIONS = ("service", "component", "error_type", "team", "environment", "region")
ATTRIBUTE_DIMENSIONS = ("component", "region")
"""Columns that are not in `core.issue` but come from attributes of some tools."""
DIMENSION_COLUMNS: Columns = dict.fromkeys(DIMENSIONS, pl.String)

ISSUE_SCHEMA = _make_schema(
    {
        "issue_id": pl.String,
        "source": pl.String,
        "external_id": pl.String,
        "title": pl.String,
        "body": pl.String,
        "severity": pl.String,
        "status": pl.String,
        **DIMENSION_COLUMNS,
        **dict.fromkeys(TIME_FIELDS, INSTANT),
    }
)

VERSIONED_ISSUE_SCHEMA = _make_schema(
    {
        **ISSUE_SCHEMA,
        "changed_at": INSTANT,  # when an input of the fingerprint last changed
    }
)

ISSUE_OCCURRENCE_SCHEMA = pl.Schema(
    {"issue_id": pl.String(), "started_at": INSTANT, "ended_at": INSTANT, "count": pl.Int64()}
)

CHANGE_SCHEMA = _make_schema(
    {
        "changed_at": INSTANT,
        "kind": pl.String,  # a ChangeKind
        "service": pl.String,  # null: everything was changed
        "title": pl.String,
    }
)

OBSERVATION_GAP_SCHEMA = _make_schema({"pattern_id": pl.String, "started_at": INSTANT, "ended_at": INSTANT})

FINGERPRINT_SCHEMA = _make_schema(
    {
        "issue_id": pl.String,
        "kind": pl.String,  # a TextKind
        "source_kind": pl.String,  # what the rows of its source are by vote
        "template": pl.String,
        "template_key": pl.String,  # 16 hex digits, the same in every process
        "title_key": pl.String,  # the same of a text's title, where copies of it are evidence
        "template_probability": pl.Float64,  # that the issues of the template, or the copies, have one cause
        "trace_key": pl.String,  # signature of the in-app stack frames, null without a trace
        **DIMENSION_COLUMNS,
        "time_of_day": pl.String,  # 00-06 | 06-12 | 12-18 | 18-24 in the workspace's time zone
        "weekday": pl.String,  # monday … sunday in the workspace's time zone
    }
)

TRAIT_COLUMNS = (*DIMENSIONS, "time_of_day", "weekday", "template")
SHARED_TRAITS = pl.Struct(dict.fromkeys(sorted(TRAIT_COLUMNS), SHARED_VALUE))

PATTERN_SCHEMA = _make_schema(
    {
        "pattern_id": pl.String,
        "name": pl.String,
        "kind": pl.String,
        "status": pl.String,  # emerging | active
        "confidence": pl.Float64,
        "fingerprint": SHARED_TRAITS,  # what most of its issues share, null where they differ
        "issue_count": pl.Int64,
        "occurrence_count": pl.Int64,
        "first_seen_at": INSTANT,
        "last_seen_at": INSTANT,
        "mttr_seconds": pl.Int64,
    }
)

MEMBER_SCHEMA = _make_schema(
    {
        "pattern_id": pl.String,
        "issue_id": pl.String,
        "similarity": pl.Float64,
        "confidence": pl.Float64,
        "reason": MEMBERSHIP_REASON,
        "nearest_pattern_id": pl.String,  # the closest pattern that the issue is NOT in
        "nearest_missing": pl.String,  # why not, in words
    }
)

CONSTRAINT_SCHEMA = _make_schema(
    {
        "kind": pl.String,  # a ConstraintKind
        "left_issue_id": pl.String,
        "right_issue_id": pl.String,
    }
)

FEEDBACK_SCHEMA = _make_schema({"left_issue_id": pl.String, "right_issue_id": pl.String, "same": pl.Boolean})
"""`same`: whether a user says that the two issues belong together."""

MEMBERSHIP_SCHEMA = pl.Schema({"pattern_id": pl.String, "issue_id": pl.String})
"""MEMBER_SCHEMA without the explanation, which takes most of its bytes."""

PREVIOUS_MEMBER_SCHEMA = pl.Schema({"issue_id": pl.String, "pattern_id": pl.String})

PREVIOUS_STATUS_SCHEMA = _make_schema(
    {**PREVIOUS_MEMBER_SCHEMA, "status": pl.String, "is_survivor": pl.Boolean}
)

LINEAGE_SCHEMA = _make_schema(
    {
        "old_pattern_id": pl.String,
        "new_pattern_id": pl.String,
        "kind": pl.String,  # a LineageKind
        "issue_count": pl.Int64,
        "reason": pl.String,
    }
)

CLUSTER_SCHEMA = _make_schema(
    {
        "cluster_id": pl.String,
        "name": pl.String,
        "likely_cause": pl.String,
        "pattern_count": pl.Int64,
        "issue_count": pl.Int64,
    }
)

CLUSTER_MEMBER_SCHEMA = pl.Schema({"cluster_id": pl.String, "pattern_id": pl.String})

EDGE_SCHEMA = _make_schema(
    {
        "left_pattern_id": pl.String,
        "right_pattern_id": pl.String,
        "strength": pl.Float64,
        "reasons": pl.List(EDGE_REASON),  # the strongest first
    }
)

OCCURRENCE_SCHEMA = _make_schema(
    {
        "pattern_id": pl.String,
        "occurred_at": INSTANT,
        "service": pl.String,
        "team": pl.String,
        "environment": pl.String,
        "severity": pl.String,
    }
)

CATEGORIZED_OCCURRENCE_SCHEMA = pl.Schema(
    {name: pl.Categorical() if dtype == pl.String else dtype for name, dtype in OCCURRENCE_SCHEMA.items()}
)
"""OCCURRENCE_SCHEMA with texts as categories: a tenth of the memory, and faster to sort, group and filter."""

PREDICTION_SCHEMA = _make_schema(
    {
        "pattern_id": pl.String,
        "window_days": pl.Int64,
        "probability": pl.Float64,  # null when `reason` says why there is none
        "reason": pl.String,  # why there is none, such as too_few_events
        "impact": pl.String,
        "likely_trigger": pl.String,
        "evidence": pl.List(FINDING),  # the strongest first
        "likely_where": LIKELY_WHERE,
        "likely_when": pl.List(TIME_SHARE),
        "rhythm": KEPT_RHYTHM,
        **dict.fromkeys(("next_date_low", "next_date_median", "next_date_high"), pl.Date),
        "event_count": pl.Int64,
        "model_probabilities": MODEL_PROBABILITIES,
        "model_version": pl.String,
    }
)

LEDGER_SCHEMA = _make_schema(
    {
        "issued_at": INSTANT,
        "window_days": pl.Int64,
        "probability": pl.Float64,
        "model_probabilities": MODEL_PROBABILITIES,
        "outcome": pl.String,  # an Outcome
    }
)

UNDECIDED_PREDICTION_SCHEMA = _make_schema(
    {
        "prediction_id": pl.String,
        "pattern_id": pl.String,
        "issued_at": INSTANT,
        "window_days": pl.Int64,
        "probability": pl.Float64,
    }
)

FORECAST_SCHEMA = _make_schema(
    {
        "pattern_id": pl.String,  # null: the whole workspace
        "day": pl.Date,
        "yhat": pl.Float64,
        "yhat_lower": pl.Float64,
        "yhat_upper": pl.Float64,
    }
)

RISK_SCHEMA = pl.Schema({"id": pl.String, "risk_score": pl.Float64})

RECOMMENDATION_SCHEMA = _make_schema(
    {
        "recommendation_id": pl.String,
        "rank": pl.Int64,
        "title": pl.String,
        "type": pl.String,
        "effort": pl.String,
        "impact": pl.String,
        **dict.fromkeys(("expected_loops_prevented", "expected_low", "expected_high"), pl.Float64),
        "pattern_ids": pl.List(pl.String),
        "steps": pl.List(pl.String),
        "rationale": pl.String,
        "factors": pl.List(FACTOR),  # what its expected prevention is the product of
        "score": pl.Float64,
    }
)

RECOMMENDATION_STATE_SCHEMA = _make_schema(
    dict.fromkeys(("recommendation_id", "status", "type", "verdict"), pl.String)
)
"""`verdict` is that of the worst proof, null without one."""

IMPLEMENTED_RECOMMENDATION_SCHEMA = _make_schema(
    {
        "recommendation_id": pl.String,
        "pattern_ids": pl.List(pl.String),
        "status": pl.String,
        "implemented_at": INSTANT,
    }
)

FIX_SCHEMA = _make_schema({"recommendation_id": pl.String, "pattern_id": pl.String, "fixed_at": INSTANT})

CLAIMED_FIX_SCHEMA = _make_schema({"pattern_id": pl.String, "fixed_at": INSTANT})

CLOSURE_NOTE_SCHEMA = _make_schema({"pattern_id": pl.String, "closed_at": INSTANT})

ALERT_RULE_SCHEMA = _make_schema(
    {
        "alert_rule_id": pl.String,
        "probability_threshold": pl.Float64,
        "window_days": pl.Int64,
        "service": pl.String,  # null: any
        "team": pl.String,
        "pattern_id": pl.String,
        "snoozed": pl.Boolean,
    }
)

ALERT_STATE_SCHEMA = _make_schema(
    {"alert_rule_id": pl.String, "pattern_id": pl.String, "firing": pl.Boolean, "crossings": pl.Int64}
)

ALERT_CANDIDATE_SCHEMA = _make_schema(
    {
        "pattern_id": pl.String,
        "window_days": pl.Int64,
        "probability": pl.Float64,
        "service": pl.String,
        "team": pl.String,
    }
)
