"""Pairs of a failure and a change before it, with what speaks for the change: text, place and time."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Bools, Floats, Ints
from causeloop_pipeline.analysis.detect.similarity.tokens import (
    count_terms,
    select_body_text,
    select_title_text,
)
from causeloop_pipeline.model.frames import INSTANT

MAX_LEAD_DAYS = 90
SUSPECT_SCHEMA = pl.Schema(
    {
        "id": pl.String(),
        "at": INSTANT,
        "title": pl.String(),
        "body": pl.String(),
        "place": pl.String(),  # service or project
        "components": pl.String(),  # separated by semicolons, as versions are
        "versions": pl.String(),  # in which a change is released, or which a failure affects
    }
)
FEATURES = ("text", "failure_title", "change_title", "lead", "place", "components", "versions", "named")
LEAD_OFFSET_DAYS = 0.25  # six hours: below that, sooner is no stronger sign
FAILURES_PER_BLOCK = 128  # whose products with all their changes are in memory at once
_DAY_US = 86_400_000_000
_NAME = r"#?[\pL\pN_-]*\pN[\pL\pN_-]*"  # holds a digit: PAY-12, #4711, a commit


@dataclass(frozen=True, slots=True)
class SuspectPairs:
    """Row by row a failure, a change at most 90 days before it, and FEATURES; sorted by failure, then change.

    Rows are counted from 0 in the two frames that the pairs were made of.
    """

    failure: Ints
    change: Ints
    features: Floats

    def select(self, rows: Any) -> "SuspectPairs":
        """Some of the pairs. In: their rows, or a mask. Out: the pairs."""
        return SuspectPairs(self.failure[rows], self.change[rows], self.features[rows])


def pair_failures_with_changes(failures: pl.DataFrame, changes: pl.DataFrame) -> SuspectPairs:
    """Pair each failure with the changes of the 90 days before it.

    In: two SUSPECT_SCHEMA frames. Out: the pairs with their features: the cosines (as square roots) of whole
    texts, of the failure's title and the change, of the change's title and the failure; the logarithm of the
    days between; whether the place is the same, the share of components and versions in common; whether the
    failure's text names the change's id. Method: TF-IDF over both kinds of text.
    """
    failure, change, days = _pairs_in_time(failures["at"], changes["at"])
    whole, title = _vectors(pl.concat([failures, changes]))
    offset = failures.height
    text = np.sqrt(_cosines(whole, whole, failure, change + offset))
    failure_title = change_title = text  # where titles are all that is known
    if title is not whole:
        failure_title = np.sqrt(_cosines(title, whole, failure, change + offset))
        change_title = np.sqrt(_cosines(whole, title, failure, change + offset))
    place = _is_same(failures["place"], changes["place"], failure, change)
    components, versions = (
        _overlap(failures[name], changes[name], failure, change) for name in ("components", "versions")
    )
    lead, named = np.log(days + LEAD_OFFSET_DAYS), _is_named(failures, changes, failure, change)
    features = np.empty((len(failure), len(FEATURES)))
    columns = (text, failure_title, change_title, lead, place, components, versions, named)
    for number, column in enumerate(columns):
        features[:, number] = column
    return SuspectPairs(failure, change, features)


def _pairs_in_time(failed: pl.Series, changed: pl.Series) -> tuple[Ints, Ints, Floats]:
    """Failure, change and the days between, of all changes at most 90 days before."""
    failed_at = failed.dt.timestamp("us").to_numpy().astype(np.int64)
    changed_at = changed.dt.timestamp("us").to_numpy().astype(np.int64)
    order = np.argsort(changed_at, kind="stable")
    first = np.searchsorted(changed_at[order], failed_at - MAX_LEAD_DAYS * _DAY_US, side="left")
    last = np.searchsorted(changed_at[order], failed_at, side="left")
    counts = last - first
    failure = np.repeat(np.arange(len(failed_at)), counts)
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    change = order[np.repeat(first, counts) + within].astype(np.int64)
    days: Floats = (failed_at[failure] - changed_at[change]) / _DAY_US
    return failure, change, days


def _vectors(texts: pl.DataFrame) -> tuple[Any, Any]:
    """TF-IDF rows of length 1: title with body, and title alone (the same rows if there are no bodies)."""
    titles, bodies = select_title_text(texts["title"]), select_body_text(texts["body"])
    has_bodies = bool((bodies != "").any())
    whole = count_terms(titles + pl.Series([" "]) + bodies if has_bodies else titles)
    counts = whole.group_by("term").len("texts").sort("term").with_row_index("code")
    idf = np.log((1 + texts.height) / (1 + counts["texts"].to_numpy())) + 1
    coded = counts.select("term", "code")
    weighed = _weigh(whole.join(coded, on="term"), idf, texts.height)
    if not has_bodies:
        return weighed, weighed
    return weighed, _weigh(count_terms(titles).join(coded, on="term"), idf, texts.height)


def _weigh(counted: pl.DataFrame, idf: Floats, height: int) -> Any:
    from scipy.sparse import csr_array

    row, code = counted["row"].to_numpy().astype(np.int64), counted["code"].to_numpy().astype(np.int64)
    weight = (1 + np.log(counted["count"].to_numpy())) * idf[code]
    length = np.sqrt(np.bincount(row, weight**2, minlength=height))
    return csr_array((weight / length[row], (row, code)), shape=(height, len(idf)))


def _cosines(left: Any, right: Any, failure: Ints, change: Ints) -> Floats:
    """The dot products of rows that are paired, a block of failures at a time."""
    cosines = np.zeros(len(failure))
    starts = np.flatnonzero(np.diff(failure, prepend=-1))
    ends = np.append(starts[1:], len(failure))[: len(starts)]
    for block in range(0, len(starts), FAILURES_PER_BLOCK):
        pairs = slice(starts[block], ends[block : block + FAILURES_PER_BLOCK][-1])
        rows = failure[starts[block : block + FAILURES_PER_BLOCK]]
        row = np.searchsorted(rows, failure[pairs])
        is_used = np.zeros(right.shape[0], dtype=np.bool_)
        is_used[change[pairs]] = True
        columns = np.flatnonzero(is_used)
        column = (np.cumsum(is_used) - 1)[change[pairs]]
        cosines[pairs] = (left[rows] @ right[columns].T).toarray()[row, column]
    return np.clip(cosines, 0.0, 1.0)


def _is_same(left: pl.Series, right: pl.Series, left_rows: Ints, right_rows: Ints) -> Floats:
    codes = pl.concat([left, right]).str.to_lowercase().rank("dense").fill_null(0).to_numpy()
    ours, theirs = codes[: len(left)][left_rows], codes[len(left) :][right_rows]
    same: Floats = ((ours == theirs) & (ours > 0)).astype(np.float64)
    return same


def _overlap(left: pl.Series, right: pl.Series, left_rows: Ints, right_rows: Ints) -> Floats:
    """The share of the names of both that both have, 0 where one has none."""
    shares = np.zeros(len(left_rows))
    if left.null_count() == len(left) or right.null_count() == len(right):
        return shares
    ours, theirs = _split_names(left), _split_names(right)
    for pair in np.flatnonzero(_has_any(ours)[left_rows] & _has_any(theirs)[right_rows]):
        left_names, right_names = ours[left_rows[pair]], theirs[right_rows[pair]]
        shares[pair] = len(left_names & right_names) / len(left_names | right_names)
    return shares


def _split_names(column: pl.Series) -> list[frozenset[str]]:
    return [
        frozenset(name.strip().lower() for name in (text or "").split(";")) - {""}
        for text in column.to_list()
    ]


def _is_named(failures: pl.DataFrame, changes: pl.DataFrame, failure: Ints, change: Ints) -> Floats:
    """Whether the failure's text holds the change's id as a word."""
    text = select_title_text(failures["title"]) + pl.Series([" "]) + select_body_text(failures["body"])
    rows_of: dict[str, list[int]] = defaultdict(list)
    for row, name in enumerate(changes["id"].str.to_lowercase().to_list()):
        rows_of[name].append(row)
    named = [
        rows_of.keys() & set(words)
        for words in text.str.extract_all(_NAME).list.eval(pl.element().str.to_lowercase()).to_list()
    ]
    pairs = [
        row * changes.height + other
        for row, names in enumerate(named)
        for name in names
        for other in rows_of[name]
    ]
    if not pairs:
        return np.zeros(len(failure))
    return np.isin(failure * changes.height + change, np.array(pairs, dtype=np.int64)).astype(np.float64)


def _has_any(names: list[frozenset[str]]) -> Bools:
    """Row by row whether there are names."""
    return np.array([bool(each) for each in names], dtype=np.bool_)
