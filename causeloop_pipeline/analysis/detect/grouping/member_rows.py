"""One row per member of a pattern: how alike, how sure, why, and what it was nearly put into instead."""

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from causeloop_pipeline.analysis.arrays import Floats, Ints
from causeloop_pipeline.analysis.detect.grouping.agglomeration import (
    EDGE_FLOOR,
    GROWTH,
    JOIN,
    Assembly,
    Masses,
)
from causeloop_pipeline.analysis.detect.grouping.confidence import ATOM_LIKENESS
from causeloop_pipeline.analysis.detect.grouping.membership_reasons import (
    burst_reason,
    likeness_missing,
    nearest_template,
    person_reason,
    same_text_reason,
    shared_terms,
    template_reason,
    term_reason,
    trace_reason,
)
from causeloop_pipeline.analysis.detect.similarity.corpus import Corpus, Lexicon
from causeloop_pipeline.model.frames import MEMBER_SCHEMA

Strings = list[str | None]


def member_rows(
    table: pl.DataFrame,
    assembly: Assembly,
    masses: Masses,
    pattern_ids: Strings,
    texts: tuple[Corpus, Lexicon, Ints] | None,
) -> pl.DataFrame:
    """In, canonical issues in groups, each group's id (null: not a pattern), the texts' corpus with the cell
    of each text; out, a `MEMBER_SCHEMA` frame ordered by pattern and issue, `confidence` as the prior has it."""
    cells = assembly.cells
    shown = np.array([name is not None for name in pattern_ids], dtype=bool)[assembly.group_of_cell]
    firsts = table[cells.first_row.tolist()]
    reasons, similarity = _reasons(firsts, assembly, shown, texts)
    nearest, missing = _nearest(table, firsts, assembly, shown)
    others = np.maximum(masses.group_rows[assembly.group_of_cell] - 1, 1)
    by_cell = pl.DataFrame(
        {
            "pattern_id": [pattern_ids[group] for group in assembly.group_of_cell.tolist()],
            "similarity": np.clip(similarity, 0.0, 1.0).round(6),
            "confidence": np.clip(masses.issue / others, 0.0, 1.0),
            "reason": reasons,
            "nearest_pattern_id": [None if group < 0 else pattern_ids[group] for group in nearest.tolist()],
            "nearest_missing": missing,
        },
        schema={name: kind for name, kind in MEMBER_SCHEMA.items() if name != "issue_id"},
    )
    rows = by_cell[cells.cell_of_row].with_columns(table["issue_id"])
    return (
        _with_people(rows, assembly)
        .drop_nulls("pattern_id")
        .select(MEMBER_SCHEMA.names())
        .sort("pattern_id", "issue_id")
    )


def _with_people(rows: pl.DataFrame, assembly: Assembly) -> pl.DataFrame:
    spoken = assembly.cells.spoken
    if not spoken:
        return rows
    places = sorted(spoken)
    reason = rows["reason"].scatter(places, [person_reason(spoken[place]) for place in places])
    return rows.with_columns(reason)


def _reasons(
    firsts: pl.DataFrame,
    assembly: Assembly,
    shown: NDArray[np.bool_],
    texts: tuple[Corpus, Lexicon, Ints] | None,
) -> tuple[Strings, Floats]:
    keys = assembly.cells.key
    reasons: Strings = [None] * len(keys)
    similarity = np.array([1.0] * len(keys))
    columns = (firsts[name].to_list() for name in ("template", "trace_key", "service", "component", "title"))
    for cell, (template, trace, service, component, title) in enumerate(zip(*columns, strict=True)):
        kind = keys[cell].partition(":")[0]
        if not shown[cell]:
            continue
        if kind == "template":
            reasons[cell] = template_reason(template or "")
        elif kind == "trace":
            reasons[cell] = trace_reason(trace or "")
        elif kind == "burst":
            reasons[cell], similarity[cell] = burst_reason(service, component), ATOM_LIKENESS["burst"]
        else:
            reasons[cell] = same_text_reason(title or "")
    if texts is not None:
        _explain_texts(firsts, assembly, shown, texts, reasons, similarity)
    return reasons, similarity


def _explain_texts(
    firsts: pl.DataFrame,
    assembly: Assembly,
    shown: NDArray[np.bool_],
    texts: tuple[Corpus, Lexicon, Ints],
    reasons: Strings,
    similarity: Floats,
) -> None:
    """The reason of a text is what it shares with the member most like it."""
    corpus, lexicon, text_cells = texts
    mates = _best_mates(assembly, shown)
    row_of = dict(zip(text_cells.tolist(), range(len(text_cells)), strict=True))
    cell, mate = mates["cell"].to_list(), mates["mate"].to_list()
    names = firsts["issue_id"].gather(mate).to_list()
    left, right = (
        np.array([row_of[c] for c in cell], dtype=np.int64),
        np.array([row_of[c] for c in mate], dtype=np.int64),
    )
    for place, reason, cosine in zip(
        cell,
        map(term_reason, shared_terms(corpus, corpus, lexicon, left, right), names),
        mates["cosine"].to_list(),
        strict=True,
    ):
        reasons[place], similarity[place] = reason, cosine


def _both_ways(assembly: Assembly, kept: NDArray[np.bool_]) -> pl.DataFrame:
    edges = assembly.edges
    a, b = edges.left[kept], edges.right[kept]
    return pl.DataFrame(
        {
            "cell": np.concatenate([a, b]),
            "mate": np.concatenate([b, a]),
            "probability": np.tile(edges.joining[kept], 2),
            "cosine": np.tile(edges.cosine[kept], 2),
        }
    )


def _best_mates(assembly: Assembly, shown: NDArray[np.bool_]) -> pl.DataFrame:
    edges, group = assembly.edges, assembly.group_of_cell
    inside = (group[edges.left] == group[edges.right]) & shown[edges.left] & (edges.joining >= EDGE_FLOOR)
    return (
        _both_ways(assembly, inside)
        .sort(["cell", "probability", "mate"], descending=[False, True, False])
        .unique("cell", keep="first", maintain_order=True)
    )


def _nearest(
    table: pl.DataFrame, firsts: pl.DataFrame, assembly: Assembly, shown: NDArray[np.bool_]
) -> tuple[Ints, Strings]:
    """Per cell, the group that it came closest to without being put into it (-1: none), and what was
    missing.
    """
    nearest = np.full(len(assembly.cells.key), -1, dtype=np.int64)
    missing: Strings = [None] * len(nearest)
    kinds = np.array([key.partition(":")[0] for key in assembly.cells.key])
    for cell, group, text in (
        *_nearest_texts(assembly, shown),
        *_nearest_templates(firsts, assembly, np.flatnonzero(shown & (kinds == "template"))),
        *_nearest_bursts(table, firsts, assembly, np.flatnonzero(shown & (kinds == "burst"))),
    ):
        nearest[cell], missing[cell] = group, text
    return nearest, missing


def _nearest_texts(assembly: Assembly, shown: NDArray[np.bool_]) -> list[tuple[int, int, str]]:
    edges, group = assembly.edges, assembly.group_of_cell
    outside = (group[edges.left] != group[edges.right]) & (shown[edges.left] | shown[edges.right])
    cells_in = np.bincount(group, minlength=assembly.groups)
    sizes = pl.DataFrame(
        {"group": np.arange(assembly.groups, dtype=np.int64), "size": cells_in.astype(np.int64)}
    )
    near = _both_ways(assembly, outside)
    near = near.with_columns(pl.Series("group", group[near["mate"].to_numpy()]))
    near = near.filter(pl.Series(shown[near["cell"].to_numpy()] & shown[near["mate"].to_numpy()]))
    best = (
        near.group_by("cell", "group")
        .agg(pl.col("probability").sum().alias("total"), pl.col("probability").max().alias("best"))
        .join(sizes, on="group")
        .with_columns((pl.col("total") / pl.col("size")).alias("mean"))
        .sort(["cell", "mean", "best", "group"], descending=[False, True, True, False])
        .unique("cell", keep="first", maintain_order=True)
    )
    return [
        (cell, other, likeness_missing(mean, JOIN + GROWTH, most))
        for cell, other, mean, most in best.select("cell", "group", "mean", "best").iter_rows()
    ]


def _nearest_templates(firsts: pl.DataFrame, assembly: Assembly, cells: Ints) -> list[tuple[int, int, str]]:
    found = nearest_template(firsts["template"].gather(cells).fill_null("").to_list()) if len(cells) else []
    group = assembly.group_of_cell
    return [
        (int(cell), int(group[cells[near[0]]]), near[1])
        for cell, near in zip(cells, found, strict=True)
        if near is not None and group[cells[near[0]]] != group[cell]
    ]


def _nearest_bursts(
    table: pl.DataFrame, firsts: pl.DataFrame, assembly: Assembly, cells: Ints
) -> list[tuple[int, int, str]]:
    if len(cells) == 0:
        return []
    last = np.zeros(len(assembly.cells.key), dtype=np.int64)
    last[assembly.cells.cell_of_row] = np.arange(table.height)
    bursts = (
        firsts[cells.tolist()]
        .select("service", "component", "source_created_at")
        .with_columns(pl.Series("cell", cells), table["source_created_at"].gather(last[cells]).alias("ended"))
    )
    places: dict[tuple[Any, Any], tuple[int, Any]] = {}
    found: list[tuple[int, int, str]] = []
    for service, component, began, cell, ended in bursts.sort(
        "source_created_at", "cell", nulls_last=True
    ).iter_rows():
        before = places.get((service, component))
        if (
            before is not None
            and began is not None
            and assembly.group_of_cell[before[0]] != assembly.group_of_cell[cell]
        ):
            days = (began - before[1]).total_seconds() / 86_400
            found.append(
                (
                    cell,
                    int(assembly.group_of_cell[before[0]]),
                    f"it ended {days:.1f} days before: too long for one burst at this place",
                )
            )
        if ended is not None:
            places[(service, component)] = (cell, ended)
    return found
