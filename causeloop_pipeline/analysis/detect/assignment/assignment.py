"""Assigns new issues to the patterns of an index: the cost follows the new issues, earlier ones are not read.

New issues join groups or form new ones. Groups of the index never merge or split here: the next full grouping
does that.
"""

from dataclasses import replace
from statistics import median

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Floats, Ints
from causeloop_pipeline.analysis.detect.assignment.assign_by_key import NewIssuePlacement, place_by_key
from causeloop_pipeline.analysis.detect.assignment.assign_by_text import TextPlacement, place_by_text
from causeloop_pipeline.analysis.detect.assignment.index_updates import (
    add_to_index,
    append_rows,
    update_summaries,
)
from causeloop_pipeline.analysis.detect.assignment.new_member_rows import (
    AssignedIssues,
    build_new_member_rows,
    find_nearest_messages,
)
from causeloop_pipeline.analysis.detect.assignment.new_suggestions import build_suggestions
from causeloop_pipeline.analysis.detect.assignment.recurring_issues import (
    build_recurring_member_rows,
    update_recurring_groups,
)
from causeloop_pipeline.analysis.detect.assignment.row_lookup import select_rows
from causeloop_pipeline.analysis.detect.assignment.weak_keys import part_weak_keys
from causeloop_pipeline.analysis.detect.fingerprints.canonical_issues import canonical_issues
from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import LEARNED_COLUMNS, learn_templates
from causeloop_pipeline.analysis.detect.fingerprints.templates import TemplateCatalog
from causeloop_pipeline.analysis.detect.grouping.confidence import ATOM_SIMILARITY, LINKED_SIMILARITY
from causeloop_pipeline.analysis.detect.grouping.pattern_index import PatternIndex, UnreadableIndexError
from causeloop_pipeline.analysis.detect.grouping.pattern_summary import (
    GroupDetails,
)
from causeloop_pipeline.analysis.detect.grouping.patterns import (
    Grouping,
    GroupingOptions,
    build_patterns,
    join_fingerprints,
)
from causeloop_pipeline.analysis.detect.grouping.repeated_errors import name_errors
from causeloop_pipeline.analysis.detect.issue_occurrences import join_occurrences, list_issue_occurrences
from causeloop_pipeline.model.frames import LINEAGE_SCHEMA, MEMBER_SCHEMA, PATTERN_SCHEMA

__all__ = ["PatternIndex", "UnreadableIndexError", "assign_issues"]

_NO_PATTERNS = pl.DataFrame(schema=PATTERN_SCHEMA)
_NO_MEMBERS = pl.DataFrame(schema=MEMBER_SCHEMA)
_NO_LINEAGE = pl.DataFrame(schema=LINEAGE_SCHEMA)


def assign_issues(
    issues: pl.DataFrame,
    fingerprints: pl.DataFrame,
    index: PatternIndex,
    *,
    occurrences: pl.DataFrame | None = None,
    constraints: pl.DataFrame | None = None,
    options: GroupingOptions | None = None,
) -> Grouping:
    """Assigns new issues to patterns.

    In: new `ISSUE_SCHEMA` and their `FINGERPRINT_SCHEMA` (kind and template are decided again, by the index);
    the index of the last grouping; `ISSUE_OCCURRENCE_SCHEMA` of the issues, one of each where it is not
    given; all `CONSTRAINT_SCHEMA`. Out: what changes: `MEMBER_SCHEMA` rows to upsert (of new issues, and of
    an older issue that gets its first companion or occurred again), `PATTERN_SCHEMA` rows to upsert,
    `SUGGESTION_SCHEMA` of the new issues, no lineage, and the index with the new issues in it. Other issues
    of the index are left as they are; a constraint between two of those takes effect at the next
    `group_issues`. Raises `ContradictionError`, `FingerprintMismatchError`, `IssueTableError`.
    """
    options = options or GroupingOptions()
    table = canonical_issues(issues)
    is_indexed = index.contains(table["issue_id"])
    table = table.filter(~is_indexed) if is_indexed.any() else table
    recurring = index.group_summaries.base.clear()
    if is_indexed.any() and occurrences is not None:
        index, recurring = update_recurring_groups(index, occurrences)
    if table.height == 0:
        return _add_recurring(_make_delta(index), recurring, options)

    occurred = list_issue_occurrences(table, occurrences)
    table, catalog = _decide_templates(table, fingerprints, index)
    placement = place_by_key(table, index, constraints)
    rule = options.link_rule(index.recalibration)
    weak = part_weak_keys(placement, index, rule)
    texts = place_by_text(placement, index, rule)
    delta = _summarize_changes(placement, texts, occurred, replace(index, catalog=catalog), options)
    suggested = build_suggestions(placement, texts, weak, index)
    return replace(_add_recurring(delta, recurring, options), suggestions=suggested)


def _add_recurring(delta: Grouping, recurring: pl.DataFrame, options: GroupingOptions) -> Grouping:
    """The rows to upsert, with those of single issues that occurred again and got no companion."""
    if recurring.is_empty():
        return delta
    alone = recurring.filter(~pl.col("pattern_id").is_in(delta.patterns["pattern_id"].implode()))
    groups = alone["group"].to_list()
    details = GroupDetails(
        alone.hstack([pl.Series("confidence", _confidence(alone, delta.index))]),
        delta.index.trait_counts.rows_of(groups),
        select_rows(delta.index.resolution_times, "group", groups),
    )
    patterns = [delta.patterns, build_patterns(details, options)]
    members = [delta.members, build_recurring_member_rows(alone, delta.index)]
    return replace(
        delta,
        patterns=pl.concat(patterns).sort("pattern_id"),
        members=pl.concat(members).sort("pattern_id", "issue_id"),
    )


def _make_delta(
    index: PatternIndex, patterns: pl.DataFrame | None = None, members: pl.DataFrame | None = None
) -> Grouping:
    """Rows to upsert (none unless given), no lineage, and the index."""
    return Grouping(
        patterns=_NO_PATTERNS if patterns is None else patterns,
        members=_NO_MEMBERS if members is None else members,
        lineage=_NO_LINEAGE,
        index=index,
        recalibration=index.recalibration,
    )


def _decide_templates(
    table: pl.DataFrame, fingerprints: pl.DataFrame, index: PatternIndex
) -> tuple[pl.DataFrame, TemplateCatalog]:
    """New issues with kind and template as the index decides, and the catalog with their templates."""
    learned, catalog = learn_templates(table, index.catalog)
    decided = join_fingerprints(table, fingerprints).with_columns(learned.select(LEARNED_COLUMNS))
    return decided.with_columns(name_errors(decided)), catalog


def _summarize_changes(
    placement: NewIssuePlacement,
    texts: TextPlacement,
    occurrences: pl.DataFrame,
    index: PatternIndex,
    options: GroupingOptions,
) -> Grouping:
    """The rows that differ from before, and the index with the new issues."""
    group = _renumber_new_groups(placement)
    rows = placement.table.hstack([pl.Series("group", group), pl.Series("atom_key", placement.keys)])
    before = index.group_summaries.rows_of(sorted(set(group.tolist())))
    similarity = _similarity_to_group(placement, texts, group, before, index)
    occurred = join_occurrences(rows[["issue_id", "group"]], occurrences)
    summaries = update_summaries(rows, before, similarity, index, options.namespace, occurred)
    updated_index = add_to_index(index, rows, occurred, summaries, texts, placement.keys)

    patterns = summaries.filter(summaries["is_pattern"])
    if patterns.height == 0:
        return _make_delta(updated_index)

    groups = patterns["group"].to_list()
    details = GroupDetails(
        patterns.hstack([pl.Series("confidence", _confidence(patterns, index))]),
        updated_index.trait_counts.rows_of(groups),
        select_rows(updated_index.resolution_times, "group", groups),
    )
    assigned = AssignedIssues(placement, texts, rows, similarity, before, patterns)
    nearest = find_nearest_messages(rows, patterns, index)
    indexed = select_rows(index.nearest_patterns, "group", nearest["group"].to_list())
    newly_found = nearest[indexed.height :]
    return _make_delta(
        replace(updated_index, nearest_patterns=append_rows(index.nearest_patterns, newly_found)),
        build_patterns(details, options),
        build_new_member_rows(assigned, nearest, index),
    )


def _renumber_new_groups(placement: NewIssuePlacement) -> Ints:
    """The group of each row, new groups numbered without gaps in the order of their first issue."""
    groups = placement.group.tolist()
    new_groups = [group for group in dict.fromkeys(groups) if group >= placement.index_group_count]
    numbers = {group: placement.index_group_count + place for place, group in enumerate(new_groups)}
    return np.array([numbers.get(group, group) for group in groups], dtype=np.int64)


def _similarity_to_group(
    placement: NewIssuePlacement, texts: TextPlacement, group: Ints, before: pl.DataFrame, index: PatternIndex
) -> Floats:
    """Per new issue, the mean similarity to the issues that were in its group before it."""
    of_kind = {**ATOM_SIMILARITY, "copy": index.copy_similarity}
    mean_of_group = _mean_similarities(before)
    if any(
        key == "burst:" and number not in mean_of_group
        for key, number in zip(placement.keys, group.tolist(), strict=True)
    ):
        of_kind["burst"] = _usual_burst_similarity(index)
    similarity = np.empty(len(group))
    of_template = placement.table["template_probability"].fill_null(ATOM_SIMILARITY["template"]).to_list()
    for row, key in enumerate(placement.keys):
        kind = key.partition(":")[0]
        if row in placement.linked_to:
            similarity[row] = LINKED_SIMILARITY
        elif kind == "text":
            similarity[row] = texts.mean_similarity[row]
        else:
            own = of_template[row] if kind == "template" else of_kind[kind]
            similarity[row] = min(own, mean_of_group.get(int(group[row]), 1.0))
    return similarity


def _mean_similarities(summaries: pl.DataFrame) -> dict[int, float]:
    """By group of two issues or more, the mean similarity over its pairs."""
    columns = summaries[["group", "similarity_sum", "issue_count"]]
    return {group: total / (size * (size - 1) / 2) for group, total, size in columns.iter_rows() if size > 1}


def _usual_burst_similarity(index: PatternIndex) -> float:
    """How likely two incidents of a new burst share their cause: as in the median burst of the workspace."""
    groups = index.bursts["group"].unique().to_list()
    bursts = index.group_summaries.rows_of(groups).filter(pl.col("kind") == "structured")
    means = _mean_similarities(bursts).values()
    return min(median(means), ATOM_SIMILARITY["burst"]) if means else ATOM_SIMILARITY["burst"]


def _confidence(patterns: pl.DataFrame, index: PatternIndex) -> Floats:
    """The displayed confidence of patterns: the mean similarity over all pairs of their issues, if any."""
    means = _mean_similarities(patterns)
    similarity = np.array([means.get(group, LINKED_SIMILARITY) for group in patterns["group"].to_list()])
    return index.recalibration.apply(similarity.clip(0, 1))
