"""Copies: a title that is likely a template, and an equal stack, are evidence beside what the texts say."""

from itertools import combinations

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.detect.grouping.agglomeration import Edges
from causeloop_pipeline.analysis.detect.grouping.atoms import Atoms
from causeloop_pipeline.analysis.detect.grouping.confidence import ATOM_SIMILARITY
from causeloop_pipeline.analysis.detect.grouping.repeated_errors import find_equal_stacks


def connect_copied_titles(table: pl.DataFrame, atoms: Atoms, edges: Edges) -> Edges:
    """Connects the texts whose titles, or whose stacks and titles, are copies of one another.

    In: canonical issues with `title_key`, `template_probability` and `error_key`; their atoms; the edges
    between compared texts. Out: the edges, where two atoms hold copies at least as probable as the template
    or as an error that comes again.
    """
    pairs = _list_pairs(table, atoms)
    if not pairs:
        return edges
    count = len(atoms.keys)
    codes = np.minimum(edges.left, edges.right) * count + np.maximum(edges.left, edges.right)
    probability_of_code = {low * count + high: value for (low, high), value in sorted(pairs.items())}
    copied = np.array(list(probability_of_code), dtype=np.int64)
    probability = np.array(list(probability_of_code.values()), dtype=np.float64)

    place = np.minimum(np.searchsorted(copied, codes), len(copied) - 1)
    least = np.where(copied[place] == codes, probability[place], 0.0)
    is_new = ~np.isin(copied, codes)
    new = copied[is_new]
    return Edges(
        left=np.concatenate([edges.left, new // count]),
        right=np.concatenate([edges.right, new % count]),
        probability=np.concatenate([np.maximum(edges.probability, least), probability[is_new]]),
        cosine=np.concatenate([edges.cosine, probability[is_new]]),
    )


def _list_pairs(table: pl.DataFrame, atoms: Atoms) -> dict[tuple[int, int], float]:
    """Pairs of text atoms, the lower first → the probability of the template or the stack that both hold."""
    is_text = pl.Series(atoms.are_texts[atoms.atom_of_row])
    copies = (
        table.select("title_key", "template_probability")
        .with_columns(pl.Series("atom", atoms.atom_of_row))
        .filter(is_text & pl.col("title_key").is_not_null())
        .group_by("title_key")
        .agg(pl.col("atom").unique().sort(), pl.col("template_probability").max())
        .filter(pl.col("atom").list.len() > 1)
    )
    pairs = {
        pair: probability
        for held_by, probability in copies.select("atom", "template_probability").iter_rows()
        for pair in combinations(held_by, 2)
    }
    return pairs | dict.fromkeys(_list_equal_stacks(table, atoms), ATOM_SIMILARITY["error"])


def _list_equal_stacks(table: pl.DataFrame, atoms: Atoms) -> list[tuple[int, int]]:
    """Pairs of text atoms, the lower first, that hold the same stack under the same title."""
    equal = find_equal_stacks(table)
    atom = atoms.atom_of_row[equal["row"].to_numpy()]
    are_texts = pl.Series(atoms.are_texts[atom], dtype=pl.Boolean)
    held_by = (
        equal.with_columns(pl.Series("atom", atom))
        .filter(are_texts)
        .group_by("error_key")
        .agg(pl.col("atom").unique().sort())
    )
    return sorted(
        pair for atoms_of_key in held_by["atom"].to_list() for pair in combinations(atoms_of_key, 2)
    )
