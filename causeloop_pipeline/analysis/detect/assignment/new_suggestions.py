"""Suggestions of new issues: what each may have its cause in common with, without being linked."""

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.detect.assignment.assign_by_key import NewIssuePlacement
from causeloop_pipeline.analysis.detect.assignment.assign_by_text import TextPlacement
from causeloop_pipeline.analysis.detect.assignment.weak_keys import WeakLinks
from causeloop_pipeline.analysis.detect.grouping.membership_reasons import explain_key
from causeloop_pipeline.analysis.detect.grouping.pattern_index import PatternIndex
from causeloop_pipeline.model.suggestion import SUGGESTION_SCHEMA


def build_suggestions(
    placement: NewIssuePlacement, texts: TextPlacement, weak: WeakLinks, index: PatternIndex
) -> pl.DataFrame:
    """Builds the suggestions of new issues.

    In: new issues, their texts, the issues that their keys lead to, the index. Out: `SUGGESTION_SCHEMA`; of
    two for one issue the likelier one.
    """
    issues = placement.table["issue_id"].to_list()
    copied = pl.coalesce("template", "title").alias("template")  # a text came here by a copied title
    columns = placement.table.select(copied, "trace_key", "service", "component", "title")
    kinds = [key.partition(":")[0].replace("text", "template") for key in placement.keys]
    suggested = [
        (issues[row], other, similarity, explain_key(kinds[row], columns.row(row, named=True)))
        for row, (other, similarity) in weak.items()
        if row not in texts.reason
    ]
    suggested += [
        (issues[row], near.issue_id, near.similarity, near.reason) for row, near in texts.unlinked.items()
    ]
    frame = pl.DataFrame(suggested, schema=SUGGESTION_SCHEMA, orient="row")
    displayed = index.recalibration.apply(frame["confidence"].to_numpy().clip(0.0, 1.0)).round(6)
    return (
        frame.with_columns(confidence=np.asarray(displayed))
        .sort(["issue_id", "confidence", "other_issue_id"], descending=[False, True, False])
        .unique("issue_id", keep="first", maintain_order=True)
    )
