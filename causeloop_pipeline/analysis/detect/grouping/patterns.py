"""Groups issues into patterns that are stable, explained, and respect every user correction.

Every issue belongs to exactly one group. A group is a pattern from its second occurrence on: a single issue
that occurred once has no pattern until it happens again, a similar one comes, or a user links it.
"""

from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.detect.fingerprints.canonical_issues import canonical_issues
from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import LEARNED_COLUMNS, list_catalog
from causeloop_pipeline.analysis.detect.grouping.agglomeration import (
    ComparedTexts,
    Edges,
    GroupedAtoms,
    connect_atoms,
    group_atoms,
    sum_similarities,
)
from causeloop_pipeline.analysis.detect.grouping.atoms import Atoms, build_atom_keys, form_atoms
from causeloop_pipeline.analysis.detect.grouping.bursts import measure_burst_excess
from causeloop_pipeline.analysis.detect.grouping.confidence import (
    ATOM_SIMILARITY,
    Recalibration,
    decide_status,
)
from causeloop_pipeline.analysis.detect.grouping.copied_titles import connect_copied_titles
from causeloop_pipeline.analysis.detect.grouping.feedback import learn_from_verdicts
from causeloop_pipeline.analysis.detect.grouping.grouping_options import ALGORITHM_VERSION, GroupingOptions
from causeloop_pipeline.analysis.detect.grouping.links import link_groups
from causeloop_pipeline.analysis.detect.grouping.member_rows import build_member_rows
from causeloop_pipeline.analysis.detect.grouping.pattern_ids import PatternIds, assign_pattern_ids
from causeloop_pipeline.analysis.detect.grouping.pattern_index import PatternIndex, build_index
from causeloop_pipeline.analysis.detect.grouping.pattern_summary import (
    GroupDetails,
    compute_median_resolution_time,
    count_traits,
    find_shared_traits,
    measure_resolution_times,
    name_pattern,
    summarize_groups,
)
from causeloop_pipeline.analysis.detect.grouping.repeated_errors import name_errors
from causeloop_pipeline.analysis.detect.grouping.suggestions import suggest_links
from causeloop_pipeline.analysis.detect.issue_occurrences import join_occurrences, list_issue_occurrences
from causeloop_pipeline.analysis.detect.similarity.frame_rarity import FrameRarity, add_titles_to_copy_keys
from causeloop_pipeline.analysis.detect.similarity.pair_model import PairModel
from causeloop_pipeline.analysis.detect.similarity.pair_parameters import PairParameters
from causeloop_pipeline.analysis.detect.similarity.pairwise_similarity import (
    compare_texts,
    measure_copies,
    select_text_rows,
)
from causeloop_pipeline.model.frames import FINGERPRINT_SCHEMA, PATTERN_SCHEMA
from causeloop_pipeline.model.suggestion import SUGGESTION_SCHEMA

__all__ = ["ALGORITHM_VERSION", "Grouping", "GroupingOptions", "group_issues"]

_FINGERPRINT_COLUMNS = [*LEARNED_COLUMNS, "trace_key", "time_of_day", "weekday"]
_PATTERN_COLUMNS = [pl.col(name).cast(kind) for name, kind in PATTERN_SCHEMA.items()]


class FingerprintMismatchError(ValueError):
    """The fingerprints are not those of the issues."""


@dataclass(frozen=True, slots=True)
class Grouping:
    """Patterns, their members, the lineage of earlier ids, the index that assigns later issues, and what is
    not sure enough to be linked.
    """

    patterns: pl.DataFrame
    members: pl.DataFrame
    lineage: pl.DataFrame
    index: PatternIndex
    recalibration: Recalibration = field(default_factory=Recalibration)
    suggestions: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=SUGGESTION_SCHEMA))


def group_issues(
    issues: pl.DataFrame,
    fingerprints: pl.DataFrame,
    *,
    occurrences: pl.DataFrame | None = None,
    constraints: pl.DataFrame | None = None,
    previous: pl.DataFrame | None = None,
    verdicts: pl.DataFrame | None = None,
    options: GroupingOptions | None = None,
) -> Grouping:
    """Groups all issues of a workspace.

    In: `ISSUE_SCHEMA` and their `FINGERPRINT_SCHEMA`, any row order; `ISSUE_OCCURRENCE_SCHEMA`, one of each
    issue where it is not given; `CONSTRAINT_SCHEMA`; `PREVIOUS_MEMBER_SCHEMA` (optionally with `status`, the
    pattern's status before, and `is_survivor`); `FEEDBACK_SCHEMA`. Out: `PATTERN_SCHEMA`, `MEMBER_SCHEMA`,
    `LINEAGE_SCHEMA`, `SUGGESTION_SCHEMA` and the index; the same input gives the same bytes. Raises
    `ContradictionError`, `FingerprintMismatchError`, `IssueTableError`.

    Method: messages without a body are grouped by template, floods of alerts by time, human texts by average
    linkage of a calibrated pair score (BM25 features, logistic), incidents without text by place and time;
    copies of one stack trace are one where the workspace's own pairs say so. What is not as sure as the
    workspace asks for is suggested, not linked. The modules name the sources of the methods.
    """
    options = options or GroupingOptions()
    table = join_fingerprints(canonical_issues(issues), fingerprints)

    atoms, compared = _form_atoms_and_compare(table, constraints, options.parameters)
    atoms = replace(atoms, measured={**_measure_bursts(table, atoms), **_list_template_probabilities(table)})
    edges = connect_copied_titles(table, atoms, connect_atoms(compared) if compared else Edges.none())
    model = compared.similarity.model if compared else PairModel()
    previous_patterns = _previous_pattern_of_row(table, previous) if options.keep_previous_groups else None
    candidates = group_atoms(atoms, edges, previous_patterns, model.merge_threshold)
    recalibration = learn_from_verdicts(table, candidates, sum_similarities(candidates), verdicts)
    grouped = link_groups(candidates, previous_patterns, options.link_rule(recalibration))
    sums = sum_similarities(grouped)

    ids = _assign_ids(table, grouped, previous, options.namespace)
    group_of_issue = table.select("issue_id", pl.Series("group", grouped.group_of_row))
    occurred = join_occurrences(group_of_issue, list_issue_occurrences(table, occurrences))
    summaries = summarize_groups(table, grouped, sums, ids.pattern_ids, occurred)
    id_if_pattern = pl.when("is_pattern").then("pattern_id").alias("pattern_id")
    pattern_ids = summaries.select(id_if_pattern)["pattern_id"].to_list()

    members = build_member_rows(table, grouped, sums, pattern_ids, compared)
    displayed = recalibration.apply(members["confidence"].to_numpy()).round(6)
    members = members.with_columns(pl.Series("confidence", displayed))

    rows = table.with_columns(pl.Series("group", grouped.group_of_row))
    details = GroupDetails(summaries, count_traits(rows), measure_resolution_times(occurred))
    confidence = pl.Series("confidence", recalibration.apply(sums.confidence))
    patterns = build_patterns(_select_patterns(details, confidence), options, _active_ids(previous))
    catalog = list_catalog(table, options.machine_sources)
    index = build_index(table, grouped, details, compared, recalibration, members, catalog)
    suggestions = suggest_links(table, candidates, grouped, compared, recalibration)
    return Grouping(patterns, members, ids.lineage, index, recalibration, suggestions)


def join_fingerprints(table: pl.DataFrame, fingerprints: pl.DataFrame) -> pl.DataFrame:
    """Adds the columns of their fingerprints to issues.

    In: canonical issues, `FINGERPRINT_SCHEMA`. Out: the issues with kind, template, keys, time and
    `error_key`. Raises `FingerprintMismatchError` if an issue has no fingerprint or a column is missing.
    """
    missing = sorted(set(FINGERPRINT_SCHEMA.names()) - set(fingerprints.columns))
    if missing:
        raise FingerprintMismatchError(f"the fingerprints lack the columns {', '.join(missing)}")
    if table.height == 1 and table["issue_id"].equals(fingerprints["issue_id"]):
        joined = table.hstack(fingerprints[_FINGERPRINT_COLUMNS])
    else:
        joined = table.join(
            fingerprints[["issue_id", *_FINGERPRINT_COLUMNS]],
            on="issue_id",
            how="left",
            maintain_order="left",
            validate="1:1",
        )
    if joined["kind"].null_count() == 0:
        return joined.with_columns(name_errors(joined))
    without = joined.filter(pl.col("kind").is_null())["issue_id"]
    raise FingerprintMismatchError(
        f"issue {without[0]!r} has no fingerprint ({len(without)} of {table.height} have none)"
    )


def _form_atoms_and_compare(
    table: pl.DataFrame, constraints: pl.DataFrame | None, parameters: PairParameters
) -> tuple[Atoms, ComparedTexts | None]:
    """Atoms, and how alike their texts are. Where copies of one stack trace prove to have one cause they
    become one atom each, and all is compared again: among a hundred copies no rank means anything.
    """
    keys = build_atom_keys(table)
    atoms = form_atoms(table, keys, constraints)
    compared = _compare_texts_of_atoms(table, atoms, parameters)
    if compared is None:
        return atoms, None
    copy_key_of_atom = pl.DataFrame(
        {"atom": compared.atoms, "copy_key": compared.similarity.corpus.metadata["copy_key"]}
    )
    atom_of_row = pl.DataFrame({"atom": atoms.atom_of_row})
    stack_keys = atom_of_row.join(copy_key_of_atom, on="atom", how="left", maintain_order="left")["copy_key"]
    copy_keys = add_titles_to_copy_keys(stack_keys, table["title"])
    copy_similarity = measure_copies(compared.similarity, have_titles=copy_keys is not stack_keys)
    if copy_similarity is None:
        return atoms, compared
    atoms = form_atoms(table, ("copy:" + copy_keys).fill_null(keys), constraints)
    atoms = replace(atoms, copy_similarity=copy_similarity)
    return atoms, _compare_texts_of_atoms(table, atoms, parameters, compared.similarity.lexicon.frames)


def _list_template_probabilities(table: pl.DataFrame) -> dict[str, float]:
    """By key, how likely the issues of a machine's template have one cause."""
    templates = (
        table.filter(pl.col("kind") == "machine")
        .select("template_key", "template_probability")
        .unique("template_key")
        .drop_nulls()
        .sort("template_key")
    )
    return {f"template:{key}": probability for key, probability in templates.iter_rows()}


def _measure_bursts(table: pl.DataFrame, atoms: Atoms) -> dict[str, float]:
    """How likely the incidents without text of each burst have one cause, by how far it exceeds the usual."""
    keys = pl.Series(atoms.keys, dtype=pl.String).gather(atoms.atom_of_row)
    is_burst = keys.str.starts_with("burst:")
    excess = measure_burst_excess(table.filter(is_burst), keys.filter(is_burst))
    return {key: ATOM_SIMILARITY["burst"] * share for key, share in excess.items()}


def _compare_texts_of_atoms(
    table: pl.DataFrame, atoms: Atoms, parameters: PairParameters, frames: FrameRarity | None = None
) -> ComparedTexts | None:
    """Compares the first issue of each atom of text; None without texts."""
    text_atoms = np.flatnonzero(atoms.are_texts)
    if len(text_atoms) == 0:
        return None
    first_issues = table[atoms.first_row[text_atoms].tolist()]
    return ComparedTexts(compare_texts(select_text_rows(first_issues), frames, parameters), text_atoms)


def _previous_pattern_of_row(table: pl.DataFrame, previous: pl.DataFrame | None) -> pl.Series | None:
    if previous is None or previous.height == 0:
        return None
    pattern_of_issue = previous.select("issue_id", "pattern_id").unique("issue_id", keep="any")
    joined = table.select("issue_id").join(pattern_of_issue, on="issue_id", how="left", maintain_order="left")
    return joined["pattern_id"]


def _active_ids(previous: pl.DataFrame | None) -> frozenset[str]:
    if previous is None or "status" not in previous.columns:
        return frozenset()
    return frozenset(previous.filter(pl.col("status") == "active")["pattern_id"].to_list())


def _assign_ids(
    table: pl.DataFrame, grouped: GroupedAtoms, previous: pl.DataFrame | None, namespace: str
) -> PatternIds:
    first_issues = table["issue_id"].gather(grouped.first_row_of_group.tolist()).to_list()
    group = pl.Series("group", grouped.group_of_row.astype(np.uint32))
    return assign_pattern_ids(first_issues, table.select("issue_id").with_columns(group), previous, namespace)


def _select_patterns(details: GroupDetails, confidence: pl.Series) -> GroupDetails:
    """The groups that are patterns, with their confidence."""
    summaries = details.summaries.with_columns(confidence).filter("is_pattern")
    in_patterns = pl.col("group").is_in(summaries["group"].implode())
    return GroupDetails(
        summaries,
        details.trait_counts.filter(in_patterns),
        details.resolution_times.filter(in_patterns),
    )


def build_patterns(
    details: GroupDetails, options: GroupingOptions, active_ids: frozenset[str] = frozenset()
) -> pl.DataFrame:
    """Builds the rows of patterns.

    In: groups that are patterns, their summaries with `confidence`; the settings; the ids of patterns that
    were active before. Out: `PATTERN_SCHEMA`, by id.
    """
    sizes = details.summaries[["group", "issue_count"]]
    table = (
        details.summaries.hstack([find_shared_traits(details.trait_counts, sizes)["fingerprint"]])
        .join(compute_median_resolution_time(details.resolution_times), on="group", how="left")
        .sort("pattern_id")
    )
    names = [name_pattern(*row) for row in table[["kind", "text", "fingerprint"]].iter_rows()]
    confidence = table["confidence"].to_numpy().round(6)
    was_active = np.array(
        [pattern_id in active_ids for pattern_id in table["pattern_id"].to_list()], dtype=bool
    )
    status = decide_status(confidence, was_active, options.ai_confidence_threshold, options.demotion_margin)
    return table.with_columns(
        pl.Series("name", names, dtype=pl.String),
        pl.Series("status", status, dtype=pl.String),
        pl.Series("confidence", confidence),
    ).select_seq(_PATTERN_COLUMNS)
