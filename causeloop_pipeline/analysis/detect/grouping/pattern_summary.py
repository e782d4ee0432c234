"""Pattern summaries: name, the dimensions that members share, when seen, and how long to resolve."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Ints
from causeloop_pipeline.analysis.detect.grouping.agglomeration import GroupedAtoms, SimilaritySums
from causeloop_pipeline.analysis.detect.issue_occurrences import MIN_OCCURRENCES
from causeloop_pipeline.analysis.detect.occurrence_marks import GAP, drop_occurrence_marks
from causeloop_pipeline.analysis.detect.stock_phrases import strip_stock_phrases
from causeloop_pipeline.analysis.query_engine import choose_engine
from causeloop_pipeline.model.frames import SHARED_TRAITS, TRAIT_COLUMNS

MIN_SHARED_SHARE = 0.5
MAX_NAME_LENGTH = 120
_TRAIT_COUNT_COLUMNS = {"name": pl.String, "value": pl.String, "count": pl.Int64}
_TRAITS = {
    field.name: pl.struct("share", "value").filter(pl.col("name") == field.name).first().alias(field.name)
    for field in SHARED_TRAITS.fields
}
_ABSENT_TRAITS = {field.name: pl.lit(None, field.dtype).alias(field.name) for field in SHARED_TRAITS.fields}
_SECONDS = (pl.col("ended_at") - pl.col("started_at")).dt.total_seconds().alias("seconds")
_MEDIAN_SECONDS = pl.col("seconds").median().round().cast(pl.Int64).alias("mttr_seconds")
IS_PATTERN = ((pl.col("occurrence_count") >= MIN_OCCURRENCES) | pl.col("is_linked")).alias("is_pattern")
_MAX_NAME_PARTS = 3
_MAX_SERVICE_LENGTH = 37
_STATE_OF_ONE_ISSUE = re.compile(
    r"^\W*(?:(?:issue|incident|problem)s?\s+)?(?:resolved|recovered|closed|fixed|investigating|identified|monitoring|update[ds]?)\s*[])}:][\s-]*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class GroupDetails:
    """Groups: a row each of `summarize_groups`, their `count_traits` and `measure_resolution_times`."""

    summaries: pl.DataFrame
    trait_counts: pl.DataFrame
    resolution_times: pl.DataFrame


def summarize_groups(
    table: pl.DataFrame,
    grouped: GroupedAtoms,
    sums: SimilaritySums,
    ids: Sequence[str],
    occurrences: pl.DataFrame,
) -> pl.DataFrame:
    """Summarizes each group in one row.

    In: canonical issues with fingerprints, in groups; their similarity; the id of each group; every
    occurrence with its `group`. Out: per group, in order: `group`, `pattern_id`, `first_issue`, `kind` and
    `text` of its most typical issue, `similarity_sum` over all pairs, `atoms`, `is_linked` (a user corrected
    one of its issues), `issue_count`, `occurrence_count`, `first_seen_at`, `last_seen_at`, `is_pattern` (two
    occurrences, or a user's link).
    """
    typical_rows = find_representative_rows(grouped, sums).tolist()
    typical = table[typical_rows].select("kind", _informative_texts(table, grouped).gather(typical_rows))
    groups = np.arange(grouped.group_count)
    linked_groups = grouped.group_of_row[sorted(grouped.atoms.linked_to)]
    is_linked = np.isin(groups, linked_groups)
    atoms = np.bincount(grouped.group_of_atom, minlength=grouped.group_count)
    summaries = pl.DataFrame(
        {
            "group": groups.astype(np.int64),
            "pattern_id": pl.Series(ids, dtype=pl.String),
            "first_issue": table["issue_id"].gather(grouped.first_row_of_group.tolist()),
            "kind": typical["kind"],
            "text": typical["text"],
            "similarity_sum": sums.of_group,
            "atoms": atoms.astype(np.int64),
            "is_linked": is_linked,
            "issue_count": sums.group_rows,
        }
    ).join(summarize_times(occurrences), on="group", maintain_order="left")
    return _date_storms(summaries.with_columns(IS_PATTERN), grouped)


def _informative_texts(table: pl.DataFrame, grouped: GroupedAtoms) -> pl.Series:
    """Per issue the text that its group would be named after: the message, or the title without stock
    phrases; where nothing else is left, that of another member, or nothing if its place is known.
    """
    is_human = pl.col("kind") == "human"
    stripped = strip_stock_phrases(table.with_columns(pl.when(is_human).then("title").alias("title")))
    text = table.select(pl.coalesce("template", "title").alias("text"))["text"]
    if stripped.is_empty():
        return text
    left = text.to_frame().with_row_index("row").join(stripped, on="row", how="left", maintain_order="left")
    has_place = table.select(pl.any_horizontal(pl.col("service", "component").is_not_null()))
    informative = pl.when(pl.coalesce("title", "text") != "").then(pl.coalesce("title", "text"))
    return (
        left.with_columns(
            pl.Series("group", grouped.group_of_row),
            has_place.to_series().alias("has_place"),
            informative.alias("own"),
        )
        .with_columns(pl.col("own").drop_nulls().first().over("group").alias("of_member"))
        .select(pl.coalesce("own", "of_member", pl.when(~pl.col("has_place")).then("text")).alias("text"))[
            "text"
        ]
    )


def _date_storms(summaries: pl.DataFrame, grouped: GroupedAtoms) -> pl.DataFrame:
    """Begins the text of storms with their time: each holds many messages, and all storms the same ones."""
    atoms_of_storms = [atom for atom, key in enumerate(grouped.atoms.keys) if key.startswith("storm:")]
    is_storm = np.isin(summaries["group"].to_numpy(), grouped.group_of_atom[atoms_of_storms])
    began = pl.col("first_seen_at").dt.strftime("%Y-%m-%d %H:%M")
    dated = pl.format("Alert storm of {} UTC: {}", began, pl.col("text").fill_null(""))
    return summaries.with_columns(text=pl.when(pl.Series(is_storm)).then(dated).otherwise("text"))


def find_representative_rows(grouped: GroupedAtoms, sums: SimilaritySums) -> Ints:
    """Finds the most typical issue of each group.

    In: atoms in groups, their similarity. Out: per group, the row of the first issue of the atom that is most
    similar to all others.
    """
    order = np.lexsort((grouped.atoms.first_row, -sums.of_issue.round(9), grouped.group_of_atom))
    groups, first = np.unique(grouped.group_of_atom[order], return_index=True)
    rows = np.zeros(grouped.group_count, dtype=np.int64)
    rows[groups] = grouped.atoms.first_row[order[first]]
    return rows


def count_traits(rows: pl.DataFrame) -> pl.DataFrame:
    """Counts the members of each group that have a value.

    In: members (`group` and `TRAIT_COLUMNS`). Out: `group`, `name`, `value`, `count`, sorted.
    """
    return plan_trait_counts(rows).sort("group", "name", "value").collect()


def plan_trait_counts(rows: pl.DataFrame) -> pl.LazyFrame:
    """Plans the counts of `count_traits`, unsorted, as a part of a larger query.

    In: members (`group` and `TRAIT_COLUMNS`). Out: the query; for a single new issue each step of its own
    would cost more than its rows.
    """
    used = [name for name in TRAIT_COLUMNS if rows[name].null_count() < rows.height]
    if rows.height == 1 and used:
        group, values = rows["group"][0], rows.select(used).row(0)
        counted = [(group, name, value, 1) for name, value in zip(used, values, strict=True)]
        schema = pl.Schema([("group", rows.schema["group"]), *_TRAIT_COUNT_COLUMNS.items()])
        return pl.LazyFrame(counted, schema=schema, orient="row")
    lazy_rows = rows.lazy()
    parts = [
        lazy_rows.select("group", pl.lit(name).alias("name"), pl.col(name).alias("value"))
        .drop_nulls("value")
        .group_by("group", "name", "value")
        .agg(pl.len().cast(pl.Int64).alias("count"))
        for name in used
    ]
    empty = pl.LazyFrame(schema={"group": rows.schema["group"], **_TRAIT_COUNT_COLUMNS})
    return pl.concat([empty, *parts])


def find_shared_traits(counts: pl.DataFrame, sizes: pl.DataFrame) -> pl.DataFrame:
    """Finds the fingerprint of each group: the traits that its members share.

    In: `count_traits`; `group` and `issue_count`. Out: in their order, `group` and `fingerprint`,
    `SHARED_TRAITS`. A trait is in it if at least half of ALL members have its commonest value (ties: the
    smaller value).
    """
    counted = set(counts["name"].unique().to_list())
    shared = (
        counts.lazy()
        .sort(["group", "name", "count", "value"], descending=[False, False, True, False])
        .unique(["group", "name"], keep="first", maintain_order=True)
        .join(sizes.lazy(), on="group", maintain_order="left")
        .with_columns((pl.col("count") / pl.col("issue_count")).round(4).alias("share"))
        .filter(pl.col("share") >= MIN_SHARED_SHARE)
        .group_by("group")
        .agg(trait for name, trait in _TRAITS.items() if name in counted)
    )
    by_group = sizes.lazy().select("group").join(shared, on="group", how="left", maintain_order="left")
    traits = [pl.col(name) if name in counted else absent for name, absent in _ABSENT_TRAITS.items()]
    fingerprints = by_group.select("group", pl.struct(traits).alias("fingerprint"))
    return fingerprints.collect(engine=choose_engine(counts.height))


def measure_resolution_times(occurrences: pl.DataFrame) -> pl.DataFrame:
    """Measures how long it took until each time was over.

    In: occurrences with `group`. Out: `group` and `seconds` of each that ended at or after its start.
    """
    times = occurrences.select_seq("group", _SECONDS)
    return times.filter(times["seconds"] >= 0)


def summarize_times(occurrences: pl.DataFrame) -> pl.DataFrame:
    """Counts and dates the occurrences of each group.

    In: occurrences with `group`. Out: per group `occurrence_count`, `first_seen_at`, `last_seen_at`.
    """
    return occurrences.group_by("group").agg(
        pl.len().cast(pl.Int64).alias("occurrence_count"),
        pl.col("started_at").min().alias("first_seen_at"),
        pl.col("started_at").max().alias("last_seen_at"),
    )


def compute_median_resolution_time(resolution_times: pl.DataFrame) -> pl.DataFrame:
    """Takes the median time to resolve.

    In: `measure_resolution_times`. Out: per group `mttr_seconds`, the median in whole seconds.
    """
    return resolution_times.group_by("group").agg(_MEDIAN_SECONDS)


def name_pattern(kind: str, text: str | None, fingerprint: Mapping[str, Any]) -> str:
    """Names a pattern after what recurs and where.

    In: its kind, the message or the title of a typical issue, its fingerprint (`SHARED_TRAITS`). Out: at most
    120 characters.
    """
    shared = {name: trait["value"] for name, trait in fingerprint.items() if trait}
    service = shared.get("service")
    if kind == "structured" or not (text or "").strip():
        values = [shared[name] for name in ("service", "component", "error_type", "team") if name in shared]
        parts = list(dict.fromkeys(values))[:_MAX_NAME_PARTS]
        return _shorten(" / ".join(parts) or "Incidents without text")
    plain = drop_occurrence_marks(" ".join((text or "").replace("<*>", GAP).split()))
    plain = _STATE_OF_ONE_ISSUE.sub("", plain) or plain
    is_named = service is None or service.lower() in plain.lower()
    suffix = "" if is_named else f" ({_shorten(str(service), _MAX_SERVICE_LENGTH)})"
    return _shorten(plain, MAX_NAME_LENGTH - len(suffix)) + suffix


def _shorten(text: str, limit: int = MAX_NAME_LENGTH) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
