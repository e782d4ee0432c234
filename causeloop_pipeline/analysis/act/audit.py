"""What a history says of its own closings: which failures came back after them, and which fixes held."""

import re
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from causeloop_pipeline.analysis.act.closings import list_closings
from causeloop_pipeline.analysis.act.ending_actions import NOTHING_DONE
from causeloop_pipeline.analysis.act.proof import prove_fixes
from causeloop_pipeline.analysis.act.stated_endings import StatedEnding
from causeloop_pipeline.model.frames import INSTANT
from causeloop_pipeline.model.proof import Verdict

CLAIM = re.compile(r"\b(?:completed|fixed|done|solved)\b", re.IGNORECASE)
"""Words of a status by which a person says that it is fixed, and not only that it is over."""

RETURN_SCHEMA = pl.Schema(
    {
        "pattern_id": pl.String(),
        "closed": pl.Int64(),
        "came_back": pl.Int64(),
        "median_days": pl.Float64(),  # from a closing to the return
        "last_seen_at": INSTANT,
    }
)
FIX_SCHEMA = pl.Schema(
    {
        "pattern_id": pl.String(),
        "issue_id": pl.String(),
        "fixed_at": INSTANT,
        "phrase": pl.String(),  # what was done, null where nobody says
        "quote": pl.String(),
        "made_by": pl.String(),
        "link": pl.String(),
        "returned_at": INSTANT,
        "failed_before": pl.Int64(),  # earlier fixes of the pattern after which it came back
        "verdict": pl.String(),  # a Verdict
        "text": pl.String(),
    }
)


@dataclass(frozen=True)
class Audit:
    """RETURN_SCHEMA, most returns first; FIX_SCHEMA, the last fix of each pattern, most failed ones first."""

    returns: pl.DataFrame
    fixes: pl.DataFrame
    closed: int
    came_back: int


def audit_history(
    members: pl.DataFrame,
    occurrences: pl.DataFrame,
    pattern_occurrences: pl.DataFrame,
    endings: pl.DataFrame,
    *,
    as_of: datetime,
) -> Audit:
    """Judge what was closed by what occurred afterwards.

    In: MEMBERS; all ISSUE_OCCURRENCES; the same as OCCURRENCES of patterns; frame(issue_id, phrase, quote,
    made_by, link) of the endings that claim a fix; `as_of` (aware). Out: an Audit. A closing counts as come
    back when its pattern, the same issue or another one, began again after it. The last claimed fix of each
    pattern is judged by `prove_fixes`.
    """
    closings = list_closings(members, occurrences)
    returned = closings.drop_nulls("returned_at")
    ended = occurrences.drop_nulls("ended_at").height
    fixes = _judge_fixes(closings, endings, pattern_occurrences, as_of)
    return Audit(_count_returns(closings, members, occurrences), fixes, ended, returned.height)


def is_claimed(ending: StatedEnding, status_word: str) -> bool:
    """Tell whether an ending claims a fix, and not only that it is over.

    In: what its record says, the tool's own word for its status. Out: whether something was done, or linked
    as the fix, or the status itself calls it fixed.
    """
    if ending.action == NOTHING_DONE:
        return False
    return ending.action is not None or ending.link is not None or CLAIM.search(status_word) is not None


def _count_returns(closings: pl.DataFrame, members: pl.DataFrame, occurrences: pl.DataFrame) -> pl.DataFrame:
    last_seen = (
        members.select("pattern_id", "issue_id")
        .join(occurrences, on="issue_id")
        .group_by("pattern_id")
        .agg(pl.col("started_at").max().alias("last_seen_at"))
    )
    days = (pl.col("returned_at") - pl.col("ended_at")).dt.total_seconds() / 86_400
    counted = closings.group_by("pattern_id").agg(
        pl.len().cast(pl.Int64).alias("closed"),
        pl.col("returned_at").is_not_null().sum().cast(pl.Int64).alias("came_back"),
        days.median().alias("median_days"),
    )
    returns = counted.filter(pl.col("came_back") > 0).join(last_seen, on="pattern_id", how="left")
    return returns.select(RETURN_SCHEMA.names()).sort(
        "came_back", "closed", "pattern_id", descending=[True, True, False]
    )


def _judge_fixes(
    closings: pl.DataFrame, endings: pl.DataFrame, occurrences: pl.DataFrame, as_of: datetime
) -> pl.DataFrame:
    claimed = closings.join(endings, on="issue_id").sort("pattern_id", "ended_at", "issue_id")
    if claimed.is_empty():
        return FIX_SCHEMA.to_frame()
    failed = (
        claimed.group_by("pattern_id", maintain_order=True)
        .agg(pl.col("returned_at").head(pl.len() - 1).drop_nulls().len().alias("failed_before"))
        .with_columns(pl.col("failed_before").cast(pl.Int64))
    )
    last = claimed.unique("pattern_id", keep="last", maintain_order=True)
    fixes = last.select("pattern_id", pl.col("ended_at").alias("fixed_at"), recommendation_id="issue_id")
    proofs = prove_fixes(fixes, occurrences.drop_nulls("occurred_at"), as_of=as_of)
    judged = last.join(failed, on="pattern_id").join(
        proofs.select("pattern_id", "verdict", "text"), on="pattern_id"
    )
    return (
        judged.rename({"ended_at": "fixed_at"})
        .select(FIX_SCHEMA.names())
        .sort("failed_before", "fixed_at", "pattern_id", descending=[True, True, False])
    )


def split_fixes(fixes: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Split fixes into those that did not hold and the others.

    In: FIX_SCHEMA. Out: those that are refuted, or after which the pattern came back, and whose effect is not
    shown either; and the rest, both in the same order.
    """
    proven = [verdict.value for verdict in Verdict if verdict.share_held]
    refuted = pl.col("verdict").is_in([verdict.value for verdict in Verdict if verdict.is_without_effect])
    not_held = refuted | (pl.col("returned_at").is_not_null() & ~pl.col("verdict").is_in(proven))
    return fixes.filter(not_held), fixes.filter(~not_held)
