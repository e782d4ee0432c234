"""The types of columns that hold objects and lists of objects: reasons, findings, shares, probabilities."""

import polars as pl

from causeloop_pipeline.model.prediction import MODEL_NAMES, RHYTHM, WITHOUT_FIX

SHARED_VALUE = pl.Struct({"share": pl.Float64, "value": pl.String})

WEIGHTED_TERM = pl.Struct({"term": pl.String, "weight": pl.Float64})

MEMBERSHIP_REASON = pl.Struct(
    {
        "dimensions": pl.Struct({"component": pl.String, "service": pl.String}),
        "kind": pl.String,  # template | terms | dimensions | trace | person
        "slots": pl.Int64,  # how many variable parts the template has
        "template": pl.String,
        "terms": pl.List(WEIGHTED_TERM),  # the rarest first
        "text": pl.String,  # a sentence
        "trace": pl.String,
        "with": pl.String,  # the issue that it resembles or was linked to
    }
)

EDGE_REASON = pl.Struct({"kind": pl.String, "text": pl.String, "strength": pl.Float64})

FINDING = pl.Struct(
    {
        "kind": pl.String,  # pattern | the kind of a change | weekday | hours | month_end | severity | fix
        "text": pl.String,
        "count": pl.Int64,
        "of": pl.Int64,
        "expected": pl.Float64,  # by chance
        "p_value": pl.Float64,  # null for a fix
        "probability_works": pl.Float64,  # of a fix
    }
)

VALUE_SHARE = pl.Struct({"value": pl.String, "share": pl.Float64})

TIME_SHARE = pl.Struct({"weekday": pl.String, "hours": pl.String, "share": pl.Float64, "lift": pl.Float64})

KEPT_RHYTHM = pl.Struct(
    {
        "text": pl.String,  # such as “every second Tuesday”
        "kept_turns": pl.Int64,  # of its turns
        "turns": pl.Int64,  # up to the last kept one
        "missed": pl.Int64,  # since then
        "next": pl.String,  # date of the next turn
        "expected": pl.Float64,  # kept turns within 90 days
        "weight": pl.Float64,  # its share in the probability
    }
)

LIKELY_WHERE = pl.Struct(dict.fromkeys(("service", "team", "environment"), pl.List(VALUE_SHARE)))

MODEL_PROBABILITIES = pl.Struct(dict.fromkeys((*MODEL_NAMES, WITHOUT_FIX, RHYTHM), pl.Float64))

FACTOR = pl.Struct(
    {
        "name": pl.String,  # recurrences without a fix | chance to hold
        "value": pl.Float64,
        "text": pl.String,  # the value for people
        "source": pl.String,  # a sentence: where the value comes from
    }
)
