"""Member rows of new issues: similarity, confidence, reason and the nearest other pattern of each."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from causeloop_pipeline.analysis.arrays import Floats
from causeloop_pipeline.analysis.detect.assignment.assign_by_key import NewIssuePlacement
from causeloop_pipeline.analysis.detect.assignment.assign_by_text import TextPlacement
from causeloop_pipeline.analysis.detect.assignment.recurring_issues import measure_alone
from causeloop_pipeline.analysis.detect.assignment.row_lookup import select_rows
from causeloop_pipeline.analysis.detect.fingerprints.masking import DISPLAYED_WILDCARD
from causeloop_pipeline.analysis.detect.grouping.membership_reasons import (
    Reason,
    explain_key,
    explain_retold_template,
    explain_user_link,
    find_nearest_templates,
)
from causeloop_pipeline.analysis.detect.grouping.pattern_index import PatternIndex
from causeloop_pipeline.model.frames import MEMBER_SCHEMA

_REASON_COLUMNS = ["kind", "title_key", "template", "trace_key", "service", "component", "title"]
_MAX_CANDIDATES = 200  # messages with most words in common

NearestPattern = tuple[str | None, str | None]
"""The nearest other pattern, and what was missing to it."""


@dataclass(frozen=True, slots=True)
class AssignedIssues:
    """New issues in their groups, and how they came there."""

    placement: NewIssuePlacement
    texts: TextPlacement
    rows: pl.DataFrame  # the issues with `group`
    similarity: Floats  # of each to the issues that were in its group before
    before: pl.DataFrame  # summaries of their groups without the new issues
    patterns: pl.DataFrame  # summaries of those groups that are patterns now


def build_new_member_rows(
    assigned: AssignedIssues, nearest_messages: pl.DataFrame, index: PatternIndex
) -> pl.DataFrame:
    """Builds the members that new issues are.

    In: new issues in their groups, `find_nearest_messages`, the index before. Out: `MEMBER_SCHEMA` of the new
    issues, and of each older issue that was alone in its group. A new issue that is alone there recurred.
    """
    rows, before = assigned.rows, assigned.before
    nearest = _nearest_pattern_of_row(assigned, nearest_messages, index)
    similarity = assigned.texts.neighbour_similarity.round(6).tolist()
    confidence = index.recalibration.apply(assigned.similarity.clip(0, 1)).round(6).tolist()
    pattern_of_group = dict(assigned.patterns[["group", "pattern_id"]].iter_rows())
    single_issue_of_group = {
        group: issue
        for group, issue, size in before[["group", "first_issue", "issue_count"]].iter_rows()
        if size == 1
    }
    alone = {group for group, size in assigned.patterns[["group", "issue_count"]].iter_rows() if size == 1}

    explained_by = assigned.placement.table[_REASON_COLUMNS].rows(named=True)
    members = []
    for row, (issue, group) in enumerate(rows[["issue_id", "group"]].iter_rows()):
        if group not in pattern_of_group:
            continue
        pattern = pattern_of_group[group]
        if group in alone:
            measures = measure_alone(index)
        else:
            measures = (similarity[row], confidence[row], _explain_row(assigned, row, explained_by[row]))
        members.append((pattern, issue, *measures, *nearest[row]))
        if group in single_issue_of_group:
            members.append((pattern, single_issue_of_group.pop(group), *measures, None, None))
    return pl.DataFrame(members, schema=MEMBER_SCHEMA, orient="row").sort("pattern_id", "issue_id")


def _nearest_pattern_of_row(
    assigned: AssignedIssues, nearest_messages: pl.DataFrame, index: PatternIndex
) -> list[NearestPattern]:
    """Per new issue, the nearest pattern that it is not in: of texts by similarity, of messages by words."""
    texts = assigned.texts
    near_groups = sorted({group for group in texts.nearest_group if group is not None})
    id_of_group: dict[int | None, str] = {}
    if near_groups:
        columns = index.group_summaries.rows_of(near_groups)[["group", "pattern_id", "is_pattern"]]
        id_of_group = {group: pattern for group, pattern, is_pattern in columns.iter_rows() if is_pattern}
    near_message = {group: (pattern, missing) for group, pattern, missing in nearest_messages.iter_rows()}

    nearest: list[NearestPattern] = []
    for key, group, near, shortfall in zip(
        assigned.placement.keys,
        assigned.rows["group"].to_list(),
        texts.nearest_group,
        texts.shortfall,
        strict=True,
    ):
        if key.startswith("template:"):
            nearest.append(near_message.get(group, (None, None)))
        else:
            nearest.append((id_of_group[near], shortfall) if near in id_of_group else (None, None))
    return nearest


def find_nearest_messages(rows: pl.DataFrame, patterns: pl.DataFrame, index: PatternIndex) -> pl.DataFrame:
    """Finds the pattern whose message is nearest to that of each new issue's pattern.

    In: new issues with `group`, the summaries of their patterns, the index. Out: `group`,
    `nearest_pattern_id`, `nearest_missing` per group of machine messages: those that the index has, then
    those searched for.
    """
    in_patterns = set(patterns["group"].to_list())
    template_of_group: dict[int, str | None] = {}
    for kind, group, template in rows[["kind", "group", "template"]].iter_rows():
        if kind == "machine" and group in in_patterns:
            template_of_group.setdefault(group, template)
    indexed = select_rows(index.nearest_patterns, "group", list(template_of_group))
    for group in indexed["group"].to_list():
        del template_of_group[group]
    if not template_of_group:
        return indexed

    messages = index.groups.filter(pl.col("is_pattern") & (pl.col("kind") == "machine")).sort("group")
    searched = []
    for group, template in template_of_group.items():
        near = _find_nearest_message(template or "", messages.filter(pl.col("group") != group))
        if near is not None:
            searched.append((group, *near))
    newly_found = pl.DataFrame(searched, schema=indexed.schema, orient="row")
    return pl.concat([indexed, newly_found])


def _find_nearest_message(template: str, messages: pl.DataFrame) -> tuple[str, str] | None:
    """The pattern whose message has most words in common with a template, and how the two differ."""
    words = sorted(set(template.replace(DISPLAYED_WILDCARD, " ").split()))
    if not words or messages.height == 0:
        return None
    common_words = pl.sum_horizontal(pl.col("text").str.contains(word, literal=True) for word in words)
    candidates = (
        messages.select("group", "pattern_id", "text", common_words.alias("common"))
        .filter(pl.col("common") > 0)
        .sort("common", "group", descending=[True, False])
        .head(_MAX_CANDIDATES)
    )
    near = find_nearest_templates([template, *candidates["text"].to_list()])[0]
    return None if near is None else (candidates["pattern_id"][near[0] - 1], near[1])


def _explain_row(assigned: AssignedIssues, row: int, values: Mapping[str, str | None]) -> Reason:
    """The reason why a new issue is in its pattern."""
    placement = assigned.placement
    if row in placement.linked_to:
        return explain_user_link(placement.linked_to[row])
    kind = placement.keys[row].partition(":")[0]
    if kind == "template" and values["title_key"] is not None and values["kind"] == "machine":
        return explain_retold_template(values["template"] or "")
    return explain_key(kind, values, assigned.texts.reason.get(row))
