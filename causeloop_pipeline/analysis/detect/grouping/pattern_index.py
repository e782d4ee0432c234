"""The pattern index: what a grouping learned, in the form that later issues are assigned with."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
import polars as pl

from causeloop_pipeline.analysis.detect.fingerprints.masking import DISPLAYED_WILDCARD, WILDCARD
from causeloop_pipeline.analysis.detect.fingerprints.templates import TemplateCatalog
from causeloop_pipeline.analysis.detect.fingerprints.text_kind import MIN_BODY_CHARACTERS, MIN_MACHINE_ROWS
from causeloop_pipeline.analysis.detect.grouping.agglomeration import ComparedTexts, GroupedAtoms
from causeloop_pipeline.analysis.detect.grouping.bursts import build_place_keys
from causeloop_pipeline.analysis.detect.grouping.confidence import Recalibration
from causeloop_pipeline.analysis.detect.grouping.group_table import GroupTable
from causeloop_pipeline.analysis.detect.grouping.index_segments import (
    Segment,
    deserialize_frame,
    deserialize_segment,
    join_blobs,
    serialize_frame,
    serialize_segment,
    split_blobs,
)
from causeloop_pipeline.analysis.detect.grouping.pattern_summary import GroupDetails
from causeloop_pipeline.analysis.detect.grouping.storms import name_storm_place
from causeloop_pipeline.analysis.detect.similarity.frame_rarity import FrameRarity
from causeloop_pipeline.analysis.detect.similarity.lexicon import Lexicon
from causeloop_pipeline.analysis.detect.similarity.pair_model import PairModel

_MAGIC = b"causeloop pattern index 6\n"  # the version of the bytes: raise it whenever they change
_FRAMES = (
    "members_by_id",
    "later_members",
    "keys",
    "resolution_times",
    "split_references",
    "bursts",
    "nearest_patterns",
)
_GROUP_TABLES = ("group_summaries", "trait_counts")


class UnreadableIndexError(ValueError):
    """The bytes are no pattern index of this version: a full grouping is needed."""


@dataclass(frozen=True, slots=True)
class PatternIndex:
    """Groups (also of one issue), the keys that lead to them, and the vectors of the texts in them."""

    group_summaries: GroupTable  # one row a group, see `summarize_groups`
    trait_counts: GroupTable  # see `count_traits`
    group_count: int
    members_by_id: pl.DataFrame  # issue_id, group: those of the full grouping
    later_members: pl.DataFrame
    keys: pl.DataFrame  # key (template:… or copy:…), group
    resolution_times: pl.DataFrame  # group, seconds
    split_references: pl.DataFrame  # key, title, stays, group: see `SplitReference`
    bursts: pl.DataFrame  # place, began, ended, group; also of storms
    nearest_patterns: pl.DataFrame  # group (of machine messages), nearest_pattern_id, nearest_missing
    catalog: TemplateCatalog
    lexicon: Lexicon
    segments: tuple[Segment, ...]
    model: PairModel
    copy_similarity: float  # 0 where copies of one stack trace do not prove to have one cause
    recalibration: Recalibration

    @property
    def members(self) -> pl.DataFrame:
        """The issues with their group, later ones last."""
        return pl.concat([self.members_by_id, self.later_members])

    @property
    def groups(self) -> pl.DataFrame:
        """All groups, also of one issue."""
        return self.group_summaries.all_rows()

    def contains(self, issue_ids: pl.Series) -> pl.Series:
        """Per issue, whether it is in the index; the cost follows the number of issues looked up."""
        is_later = issue_ids.is_in(self.later_members["issue_id"].implode())
        if (sorted_ids := self.members_by_id["issue_id"]).is_empty():
            return is_later
        place = np.minimum(sorted_ids.search_sorted(issue_ids).to_numpy(), len(sorted_ids) - 1)
        return (sorted_ids.gather(place) == issue_ids) | is_later

    def to_bytes(self) -> bytes:
        """The index as bytes: equal indexes give equal bytes, readable by any process of the same version."""
        head = {
            "kinds": [
                [source, has_body, kind] for (source, has_body), kind in sorted(self.catalog.kinds.items())
            ],
            "templates": sorted(self.catalog.templates.items()),
            "model": self.model.to_json(),
            "copy_similarity": self.copy_similarity,
            "stacks": self.lexicon.frames.stacks,
            "recalibration": [self.recalibration.slope, self.recalibration.shift],
            "lexicon": [
                self.lexicon.texts,
                self.lexicon.title_mean,
                self.lexicon.body_mean,
                self.lexicon.sorted_count,
            ],
            "segments": len(self.segments),
        }
        blobs = [orjson.dumps(head, option=orjson.OPT_SORT_KEYS), serialize_frame(self.lexicon.terms)]
        blobs += [vector.astype(np.int64).tobytes() for vector in self.lexicon.frames.vectors]
        blobs += [serialize_frame(getattr(self, name)) for name in _FRAMES]
        for name in _GROUP_TABLES:
            blobs.append(serialize_frame(GroupTable.from_rows(getattr(self, name).all_rows()).base))
        for segment in self.segments:
            blobs += segment.stored or serialize_segment(segment)
        return _MAGIC + join_blobs(blobs)

    @staticmethod
    def is_current_format(start: bytes) -> bool:
        """Whether bytes that begin so are an index of this version."""
        return start.startswith(_MAGIC)

    @staticmethod
    def split(data: bytes) -> list[bytes]:
        """The bytes in parts: one changes only with what it is of, and the first says what the others are."""
        parts = [join_blobs([blob]) for blob in _split_blobs(data)]
        return [_MAGIC + parts[0], *parts[1:]]

    @staticmethod
    def read_catalog(data: bytes) -> TemplateCatalog:
        """Of the index that `to_bytes` wrote, only the templates and kinds of its sources.

        Raises `UnreadableIndexError`.
        """
        return _read_catalog(orjson.loads(_split_blobs(data)[0]))

    @staticmethod
    def from_bytes(data: bytes) -> "PatternIndex":
        """The index that `to_bytes` wrote. Raises `UnreadableIndexError` for anything else."""
        head_blob, terms_blob, codes, df, *rest = _split_blobs(data)
        head = orjson.loads(head_blob)
        texts, *mean_lengths, sorted_count = head["lexicon"]
        rarity = FrameRarity(np.frombuffer(codes, np.int64), np.frombuffer(df, np.int64), head["stacks"])
        title_mean, body_mean = mean_lengths
        lexicon = Lexicon.of(
            deserialize_frame(terms_blob), texts, (title_mean, body_mean), sorted_count, rarity
        )

        names = (*_FRAMES, *_GROUP_TABLES)
        frame_blobs, segment_blobs = rest[: len(names)], rest[len(names) :]
        frames = {name: deserialize_frame(blob) for name, blob in zip(names, frame_blobs, strict=True)}
        tables = {name: GroupTable.from_rows(frames.pop(name)) for name in _GROUP_TABLES}

        blobs_per_segment = max(len(segment_blobs) // max(head["segments"], 1), 1)
        segments = [
            deserialize_segment(segment_blobs[at : at + blobs_per_segment], lexicon)
            for at in range(0, len(segment_blobs), blobs_per_segment)
        ]
        return PatternIndex(
            group_summaries=tables["group_summaries"],
            trait_counts=tables["trait_counts"],
            group_count=tables["group_summaries"].base.height,
            **frames,
            catalog=_read_catalog(head),
            lexicon=lexicon,
            segments=tuple(segments),
            model=PairModel.from_json(head["model"]),
            copy_similarity=head["copy_similarity"],
            recalibration=Recalibration(*head["recalibration"]),
        )


def build_index(
    table: pl.DataFrame,
    grouped: GroupedAtoms,
    details: GroupDetails,
    compared: ComparedTexts | None,
    recalibration: Recalibration,
    members: pl.DataFrame,
) -> PatternIndex:
    """Collects what the assignment of later issues needs.

    In: canonical issues with fingerprints, how they were grouped, what is known of the groups, the compared
    texts, `MEMBER_SCHEMA`. Out: the index.
    """
    lexicon = _empty_lexicon()
    segments: tuple[Segment, ...] = ()
    model = PairModel()
    if compared is not None:
        similarity = compared.similarity
        lexicon, model = similarity.lexicon, similarity.model
        group_of_text = grouped.group_of_atom[compared.atoms]
        segments = (Segment(similarity.corpus, group_of_text, similarity.standing, lexicon),)
    issues = table.select("issue_id", pl.Series("group", grouped.group_of_row))
    return PatternIndex(
        group_summaries=GroupTable.from_rows(details.summaries),
        trait_counts=GroupTable.from_rows(details.trait_counts),
        group_count=details.summaries.height,
        members_by_id=issues.sort("issue_id"),
        later_members=issues.clear(),
        keys=_list_keys(grouped),
        resolution_times=details.resolution_times,
        split_references=_list_split_references(grouped),
        bursts=_list_bursts(table, grouped),
        nearest_patterns=_list_nearest_patterns(details.summaries, members),
        catalog=_build_catalog(table),
        lexicon=lexicon,
        segments=segments,
        model=model,
        copy_similarity=grouped.atoms.copy_similarity,
        recalibration=recalibration,
    )


def _list_keys(grouped: GroupedAtoms) -> pl.DataFrame:
    """The keys that alone decide about a group: templates, and stack traces where copies have one cause."""
    atoms = [
        atom for atom, key in enumerate(grouped.atoms.keys) if key.partition(":")[0] in ("template", "copy")
    ]
    keys = pl.Series("key", [grouped.atoms.keys[atom] for atom in atoms], dtype=pl.String)
    return pl.DataFrame({"key": keys, "group": grouped.group_of_atom[atoms]}).sort("key", "group")


def _list_split_references(grouped: GroupedAtoms) -> pl.DataFrame:
    group_of_row = grouped.group_of_row
    return pl.DataFrame(
        [
            (reference.atom_key, reference.title, reference.stays, int(group_of_row[reference.row]))
            for reference in grouped.atoms.split_references
        ],
        schema={"key": pl.String, "title": pl.String, "stays": pl.Int64, "group": pl.Int64},
        orient="row",
    )


def _list_nearest_patterns(summaries: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """The pattern that the messages of each group come closest to without belonging there."""
    columns = ["nearest_pattern_id", "nearest_missing"]
    return (
        summaries.filter(pl.col("is_pattern") & (pl.col("kind") == "machine"))
        .join(members.select("issue_id", *columns), left_on="first_issue", right_on="issue_id")
        .drop_nulls("nearest_pattern_id")
        .select("group", *columns)
        .sort("group")
    )


def _empty_lexicon() -> Lexicon:
    terms = pl.DataFrame(schema={"term": pl.String, "code": pl.UInt32, "df": pl.UInt32})
    nothing = np.empty(0, dtype=np.int64)
    return Lexicon.of(terms, 0, (1.0, 1.0), 0, FrameRarity(nothing, nothing, 0))


def _list_bursts(table: pl.DataFrame, grouped: GroupedAtoms) -> pl.DataFrame:
    """Place, begin and end of each group of incidents without text, and of each storm."""
    keys = np.array(grouped.atoms.keys, dtype=object)[grouped.atoms.atom_of_row]
    rows = table.with_columns(pl.Series("group", grouped.group_of_row), pl.Series("key", keys, pl.String))
    incidents, alerts = (rows.filter(pl.col("key").str.starts_with(kind)) for kind in ("burst:", "storm:"))
    placed = pl.concat(
        [incidents.with_columns(build_place_keys(incidents)), alerts.with_columns(name_storm_place())]
    )
    created = pl.col("source_created_at")
    return (
        placed.drop_nulls(["place", "source_created_at"])
        .group_by("place", "group")
        .agg(created.min().alias("began"), created.max().alias("ended"))
        .select("place", "began", "ended", "group")
        .sort("place", "began", "group")
    )


def _build_catalog(table: pl.DataFrame) -> TemplateCatalog:
    """The kind of each source with enough issues, and the templates; a template leads to itself."""
    has_body = pl.col("body").str.strip_chars().str.len_chars().fill_null(0) > MIN_BODY_CHARACTERS
    counted = (
        table.lazy()
        .group_by(pl.col("source").fill_null(""), has_body.alias("has_body"), "kind")
        .len("rows")
        .sort(["source", "has_body", "rows", "kind"], descending=[False, False, True, False])
        .collect()
    )
    kinds: dict[tuple[str, bool], str] = {}
    for source, with_body, kind, rows in counted.iter_rows():
        if rows >= MIN_MACHINE_ROWS:
            kinds.setdefault((source, with_body), kind)
    templates = table["template"].drop_nulls().unique().sort().to_list()
    masked = [template.replace(DISPLAYED_WILDCARD, WILDCARD) for template in templates]
    return TemplateCatalog(kinds, dict(zip(masked, masked, strict=True)))


def _read_catalog(head: dict[str, Any]) -> TemplateCatalog:
    kinds = {(source, has_body): kind for source, has_body, kind in head["kinds"]}
    return TemplateCatalog(kinds, dict(head["templates"]))


def _split_blobs(data: bytes) -> list[memoryview]:
    """The parts that `to_bytes` wrote, each behind its length."""
    if not PatternIndex.is_current_format(data):
        raise UnreadableIndexError(
            "the bytes are no pattern index of this version: group all issues of the workspace again"
        )
    return split_blobs(memoryview(data)[len(_MAGIC) :])
