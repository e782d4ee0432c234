"""Patterns and their issues, and the recommendations for them."""

from typing import Any

import polars as pl

from causeloop_pipeline.analysis.act.investigations import list_findings
from causeloop_pipeline.analysis.act.pattern_evidence import Experience
from causeloop_pipeline.analysis.act.pattern_summaries import summarize_patterns
from causeloop_pipeline.analysis.act.recommendations import Advice, RecommendationInputs
from causeloop_pipeline.analysis.act.recommendations import advise as advise_on
from causeloop_pipeline.analysis.predict.risk import score_pattern_risk
from causeloop_pipeline.model.frames import CLUSTER_MEMBER_SCHEMA
from tests.support.pattern_frames import build_pattern_frames, day, issue, predictions

AS_OF = day(200)


TRACE = (
    "java.lang.NullPointerException: x\n\tat com.acme.Cart.total(Cart.java:3)\n"
    "\tat com.acme.Main.main(Main.java:1)\n"
)


def failing(key: str, title: str, count: int = 6, **fields: Any) -> list[dict[str, Any]]:
    where = {"service": "ledger", "external_id": None} | fields
    return [
        issue(
            f"{key}-{n}", 20 + n * 170 / count, title=title, **(where | {"external_id": f"{key.upper()}-{n}"})
        )
        for n in range(count)
    ]


def advise(patterns: dict[str, list[dict[str, Any]]], *arguments: Any, **options: Any) -> pl.DataFrame:
    """The recommended fixes."""
    return advise_fully(patterns, *arguments, **options).recommendations


def advise_fully(
    patterns: dict[str, list[dict[str, Any]]],
    chances: dict[str, float | None] | None = None,
    *,
    changed: pl.Expr | None = None,
    **options: Any,
) -> Advice:
    """The fixes, what to find out, and what nothing explains."""
    described, members, issues = build_pattern_frames(patterns)
    described = described.with_columns(changed) if changed is not None else described
    foreseen = options.pop("foreseen", None)
    if foreseen is None:
        foreseen = predictions(chances if chances is not None else dict.fromkeys(patterns, 0.6))
    risks = score_pattern_risk(described, members, issues, foreseen, as_of=AS_OF)
    run: dict[str, Any] = {"as_of": AS_OF, "namespace": "w"}
    run |= {name: options.pop(name) for name in list(options) if name in run}
    summaries = summarize_patterns(described, members, issues, as_of=run["as_of"])
    if (states := options.get("investigations")) is not None:
        options.setdefault("experience", Experience({}, list_findings(states)))
    inputs = RecommendationInputs(described, summaries, foreseen, risks, **options)
    return advise_on(inputs, **run)


def existing(**columns: Any) -> pl.DataFrame:
    return pl.DataFrame({name: [value] for name, value in columns.items()})


def in_one_cluster(*patterns: str) -> pl.DataFrame:
    return pl.DataFrame([("c", key) for key in patterns], schema=CLUSTER_MEMBER_SCHEMA, orient="row")
