"""One row per newcomer in a pattern: how alike, how sure, why, and what it was nearly put into instead."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from causeloop_pipeline.analysis.detect.assignment.assign_by_key import Arrivals
from causeloop_pipeline.analysis.detect.assignment.assign_by_text import Placed
from causeloop_pipeline.analysis.detect.fingerprints.masking import SHOWN_WILDCARD
from causeloop_pipeline.analysis.detect.grouping.membership_reasons import (
    burst_reason,
    nearest_template,
    person_reason,
    same_text_reason,
    template_reason,
    trace_reason,
)
from causeloop_pipeline.analysis.detect.grouping.pattern_index import PatternIndex
from causeloop_pipeline.model.frames import MEMBER_SCHEMA

_LOOKED_AT = 200  # messages with most words in common

Nearest = tuple[str | None, str | None]  # the nearest pattern, and what was missing


def newcomer_rows(
    places: Arrivals,
    placed: Placed,
    rows: pl.DataFrame,
    likeness: NDArray[np.float64],
    before: pl.DataFrame,
    shown: pl.DataFrame,
    messages: pl.DataFrame,
    index: PatternIndex,
) -> pl.DataFrame:
    """In, newcomers with their groups, where and how they were placed, the touched groups before and after,
    `nearest_messages`; out, `MEMBER_SCHEMA` of the newcomers, and of an older issue whose first mate came.
    """
    near = _nearest(places, placed, rows, messages, index)
    confidence = index.recalibration.apply(likeness.clip(0, 1)).round(6).tolist()
    founder = dict(before.filter(pl.col("issue_count") == 1).select("group", "founder").iter_rows())
    names = dict(shown.select("group", "pattern_id").iter_rows())
    found = []
    for row, (issue, group) in enumerate(rows.select("issue_id", "group").iter_rows()):
        if group not in names:
            continue
        told = (float(placed.similarity[row].round(6)), confidence[row], _reason(places, placed, row))
        found.append((names[group], issue, *told, *near[row]))
        if group in founder:
            found.append((names[group], founder.pop(group), *told, None, None))
    return pl.DataFrame(found, schema=MEMBER_SCHEMA, orient="row").sort("pattern_id", "issue_id")


def _nearest(
    places: Arrivals, placed: Placed, rows: pl.DataFrame, messages: pl.DataFrame, index: PatternIndex
) -> list[Nearest]:
    """Per newcomer, the nearest pattern that it was not put into: of texts by likeness, of messages by
    words.
    """
    wanted = sorted({group for group in placed.nearest if group is not None})
    known = index.group_ledger.rows_of(wanted).filter("shown") if wanted else None
    ids = {} if known is None else dict(known.select("group", "pattern_id").iter_rows())
    by_group = {group: (name, missing) for group, name, missing in messages.iter_rows()}
    found: list[Nearest] = []
    for key, group, near, missing in zip(
        places.keys, rows["group"].to_list(), placed.nearest, placed.missing, strict=True
    ):
        if key.startswith("template:"):
            found.append(by_group.get(group, (None, None)))
        else:
            found.append((ids[near], missing) if near in ids else (None, None))
    return found


def nearest_messages(rows: pl.DataFrame, shown: pl.DataFrame, index: PatternIndex) -> pl.DataFrame:
    """In, newcomers with their groups, the touched patterns; out, per group of machines' messages the nearest
    other pattern of such (`group`, `nearest_pattern_id`, `nearest_missing`): as the grouping found it, else
    searched for.
    """
    machine = rows.filter(pl.col("kind") == "machine").unique("group", keep="first", maintain_order=True)
    wanted = machine.filter(pl.col("group").is_in(shown["group"].implode()))
    known = index.nearest.filter(pl.col("group").is_in(wanted["group"].implode()))
    searched = wanted.filter(~pl.col("group").is_in(known["group"].implode()))
    if searched.height == 0:
        return known
    faces = index.groups.filter(pl.col("shown") & (pl.col("kind") == "machine")).sort("group")
    found = [
        (group, *near)
        for group, template in searched.select("group", "template").iter_rows()
        if (near := _nearest_message(template or "", faces.filter(pl.col("group") != group))) is not None
    ]
    return pl.concat([known, pl.DataFrame(found, schema=index.nearest.schema, orient="row")])


def _nearest_message(template: str, faces: pl.DataFrame) -> tuple[str, str] | None:
    """The pattern whose message has most words in common with a template, and what tells them apart."""
    words = sorted(set(template.replace(SHOWN_WILDCARD, " ").split()))
    if not words or faces.height == 0:
        return None
    common = pl.sum_horizontal(pl.col("text").str.contains(word, literal=True) for word in words)
    likely = (
        faces.select("group", "pattern_id", "text", common.alias("common"))
        .filter(pl.col("common") > 0)
        .sort("common", "group", descending=[True, False])
        .head(_LOOKED_AT)
    )
    near = nearest_template([template, *likely["text"].to_list()])[0]
    return None if near is None else (likely["pattern_id"][near[0] - 1], near[1])


def _reason(places: Arrivals, placed: Placed, row: int) -> str:
    if row in places.forced:
        return person_reason(places.forced[row])
    kind = places.keys[row].partition(":")[0]
    values = places.table.row(row, named=True)
    if kind == "template":
        return template_reason(values["template"] or "")
    if kind == "trace":
        return trace_reason(values["trace_key"])
    if kind == "burst":
        return burst_reason(values["service"], values["component"])
    return placed.reason.get(row) or same_text_reason(values["title"] or "")
