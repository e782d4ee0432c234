"""`proofs`: whether each claimed fix held, and which patterns are resolved or have come back."""

from typing import TYPE_CHECKING

from causeloop_pipeline.orchestration.stage import Counts, Step, stage_asset

if TYPE_CHECKING:
    import polars as pl

SEED = 20_240_229


@stage_asset(
    "proofs",
    group="act",
    description="Recurrences before and after each fix, with an interval; patterns resolved or reopened.",
    deps=["predictions"],
    kinds={"polars"},
)
def proofs(step: Step) -> Counts:
    """Judge every claimed fix anew by what has happened since, and let the patterns' status follow."""
    import polars as pl

    from causeloop_pipeline.analysis.act.proof import prove_fixes
    from causeloop_pipeline.analysis.predict.recurrence.observation_gaps import BLIND
    from causeloop_pipeline.model.frames import INSTANT, OCCURRENCE_SCHEMA
    from causeloop_pipeline.storage.act.proofs import proof_window_days, replace_proofs, set_lifecycle
    from causeloop_pipeline.storage.act.recommendations import read_fixes
    from causeloop_pipeline.storage.core.issues import read_occurrences
    from causeloop_pipeline.storage.core.observation_gaps import read_blind_spans

    session, workspace_id, as_of = step.session, step.workspace_id, step.as_of
    occurrences = read_occurrences(session, workspace_id, OCCURRENCE_SCHEMA)
    window = proof_window_days(session, workspace_id)
    lifecycle = _lifecycle(step, occurrences, window)
    columns = {"recommendation_id": pl.String(), "pattern_id": pl.String(), "fixed_at": INSTANT}
    fixes = read_fixes(session, workspace_id, pl.Schema(columns))
    blind = read_blind_spans(session, workspace_id, as_of, BLIND)
    judged = prove_fixes(fixes, occurrences, blind, as_of=as_of, proof_window_days=window, seed=SEED)
    judged = _refuted(judged, lifecycle)
    replace_proofs(session, workspace_id, judged, as_of)
    return {
        "fixes judged": judged.height,
        "held": judged.filter(pl.col("verdict") == "held").height,
        "not held": judged.filter(pl.col("verdict") == "failed").height,
        "patterns whose status changed": set_lifecycle(session, workspace_id, lifecycle),
    }


def _lifecycle(step: Step, occurrences: "pl.DataFrame", window: int) -> "pl.DataFrame":
    import polars as pl

    from causeloop_pipeline.analysis.act.lifecycle import pattern_lifecycle
    from causeloop_pipeline.model.frames import INSTANT, PATTERN_SCHEMA
    from causeloop_pipeline.storage.act.proofs import read_closure_notes
    from causeloop_pipeline.storage.act.recommendations import read_claimed_recommendations
    from causeloop_pipeline.storage.detect.patterns import read_patterns

    session, workspace_id = step.session, step.workspace_id
    notes = pl.Schema({"pattern_id": pl.String(), "closed_at": INSTANT})
    claims = pl.Schema(
        {
            "recommendation_id": pl.String(),
            "pattern_ids": pl.List(pl.String()),
            "status": pl.String(),
            "implemented_at": INSTANT,
        }
    )
    return pattern_lifecycle(
        read_patterns(session, workspace_id, PATTERN_SCHEMA),
        read_closure_notes(session, workspace_id, notes),
        occurrences,
        read_claimed_recommendations(session, workspace_id, claims),
        as_of=step.as_of,
        proof_window_days=window,
    )


def _refuted(judged: "pl.DataFrame", lifecycle: "pl.DataFrame") -> "pl.DataFrame":
    """A fix whose pattern came back after it had been resolved has not held, whatever the rates say."""
    import polars as pl

    refuted = (
        lifecycle.select(
            "pattern_id", pl.col("not_held").alias("recommendation_id"), pl.col("text").alias("came_back")
        )
        .explode("recommendation_id")
        .drop_nulls("recommendation_id")
    )
    joined = judged.join(refuted, on=["recommendation_id", "pattern_id"], how="left", maintain_order="left")
    back = pl.col("came_back").is_not_null()
    return joined.with_columns(
        verdict=pl.when(back).then(pl.lit("failed")).otherwise(pl.col("verdict")),
        text=pl.when(back).then(pl.col("came_back")).otherwise(pl.col("text")),
    ).drop("came_back")
