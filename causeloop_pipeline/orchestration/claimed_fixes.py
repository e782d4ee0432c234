"""The fixes that people claim: said done of a recommendation, or noted as the closure of a pattern."""

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    import polars as pl

    from causeloop_pipeline.orchestration.stage import Step


def after_claimed_fixes(step: "Step", said: "pl.DataFrame", occurrences: "pl.DataFrame") -> "pl.DataFrame":
    """The PREDICTIONS made from these occurrences, in which the workspace's claimed fixes have lowered what
    they seem to have fixed.
    """
    claims = _claims(step)
    if claims.is_empty():
        return said
    from causeloop_pipeline.analysis.predict.fix_effect import lowered_by_fixes

    today = step.as_of.astimezone(ZoneInfo(step.workspace.timezone)).date()
    return lowered_by_fixes(said, claims, occurrences, as_of=step.as_of, today=today)


def _claims(step: "Step") -> "pl.DataFrame":
    import polars as pl

    from causeloop_pipeline.analysis.predict.fix_effect import CLAIMS
    from causeloop_pipeline.model.frames import INSTANT
    from causeloop_pipeline.storage.act.proofs import read_closure_notes
    from causeloop_pipeline.storage.act.recommendations import read_fixes

    notes = pl.Schema({"pattern_id": pl.String(), "closed_at": INSTANT})
    closed = read_closure_notes(step.session, step.workspace_id, notes).rename({"closed_at": "fixed_at"})
    return pl.concat([read_fixes(step.session, step.workspace_id, CLAIMS), closed])
