"""The pattern index: what a grouping learned, in the form that later issues are assigned with."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import orjson
import polars as pl

from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import leads_copies
from causeloop_pipeline.analysis.detect.fingerprints.templates import TemplateCatalog
from causeloop_pipeline.analysis.detect.grouping.agglomeration import ComparedTexts, GroupedAtoms
from causeloop_pipeline.analysis.detect.grouping.bursts import build_place_keys
from causeloop_pipeline.analysis.detect.grouping.confidence import Recalibration
from causeloop_pipeline.analysis.detect.grouping.group_table import GroupTable
from causeloop_pipeline.analysis.detect.grouping.index_segments import (
    SEGMENT_PARTS,
    Segment,
    deserialize_frame,
    read_part,
    read_segment,
    serialize_frame,
    serialize_segment,
    split_parts,
    write_part,
)
from causeloop_pipeline.analysis.detect.grouping.pattern_summary import GroupDetails
from causeloop_pipeline.analysis.detect.grouping.storms import name_storm_place
from causeloop_pipeline.analysis.detect.similarity.frame_rarity import FrameRarity
from causeloop_pipeline.analysis.detect.similarity.lexicon import Lexicon
from causeloop_pipeline.analysis.detect.similarity.pair_model import PairModel

_MAGIC = b"causeloop pattern index 11\n"  # the version of the bytes: raise it whenever they change
_FRAMES = (
    "members_by_id",
    "later_members",
    "keys",
    "resolution_times",
    "split_references",
    "bursts",
    "nearest_patterns",
)
_FRAME_PARTS = len(_FRAMES) + 6  # and two of the lexicon and of each group table


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
    keys: pl.DataFrame  # key (template:…, copy:… or error:…), group
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
    stored: tuple[tuple[pl.DataFrame, bytes], ...] = ()  # frames beside the parts that they were read from

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
        is_later = pl.Series([False]).new_from_index(0, len(issue_ids))
        if self.later_members.height:
            is_later = issue_ids.is_in(self.later_members["issue_id"].implode())
        if (sorted_ids := self.members_by_id["issue_id"]).is_empty():
            return is_later
        place = np.minimum(sorted_ids.search_sorted(issue_ids).to_numpy(), len(sorted_ids) - 1)
        return (sorted_ids.gather(place) == issue_ids) | is_later

    def to_bytes(self) -> bytes:
        """The index as bytes: equal indexes give equal bytes, readable by any process of the same version."""
        return b"".join(self.to_parts())

    def to_parts(self) -> list[bytes]:
        """The bytes in parts: each changes only with its content, and the first describes the others.

        What has not changed since the index was read is the very part that it was read from.
        """
        head = {
            "catalog": self.catalog.to_json(),
            "model": self.model.to_json(),
            "copy_similarity": self.copy_similarity,
            "group_count": self.group_count,
            "stacks": self.lexicon.frames.stacks,
            "recalibration": [self.recalibration.slope, self.recalibration.shift],
            "lexicon": [self.lexicon.texts, self.lexicon.title_mean, self.lexicon.body_mean],
        }
        parts = [_MAGIC + write_part(orjson.dumps(head, option=orjson.OPT_SORT_KEYS))]
        parts += [write_part(vector.astype(np.int64).tobytes()) for vector in self.lexicon.frames.vectors]
        parts += [self._write_frame(frame) for frame in self._list_frames()]
        for segment in self.segments:
            parts += segment.stored or map(write_part, serialize_segment(segment))
        return parts

    def _list_frames(self) -> list[pl.DataFrame]:
        return [
            self.lexicon.sorted_terms,
            self.lexicon.added_terms,
            *(getattr(self, name) for name in _FRAMES),
            *(self.group_summaries.base, self.group_summaries.delta),
            *(self.trait_counts.base, self.trait_counts.delta),
        ]

    def _write_frame(self, frame: pl.DataFrame) -> bytes:
        unchanged = next((part for read, part in self.stored if read is frame), None)
        return unchanged or write_part(serialize_frame(frame))

    @staticmethod
    def is_current_format(start: bytes) -> bool:
        """Whether bytes that begin so are an index of this version."""
        return start.startswith(_MAGIC)

    @staticmethod
    def read_catalog(data: bytes) -> TemplateCatalog:
        """Of the index that `to_bytes` wrote, or of its first part, only the templates and kinds of sources.

        Raises `UnreadableIndexError`.
        """
        return TemplateCatalog.from_json(orjson.loads(read_part(_split(data)[0]))["catalog"])

    @staticmethod
    def from_bytes(data: bytes) -> "PatternIndex":
        """The index that `to_bytes` wrote. Raises `UnreadableIndexError` for anything else."""
        first, *parts = _split(data)
        return PatternIndex.from_parts([_MAGIC + first, *parts])

    @staticmethod
    def from_parts(parts: Sequence[bytes]) -> "PatternIndex":
        """The index that `to_parts` wrote. Raises `UnreadableIndexError` for anything else."""
        head = orjson.loads(read_part(_split(parts[0])[0]))
        codes, df = (np.frombuffer(read_part(part), np.int64) for part in parts[1:3])
        frame_parts, segment_parts = parts[3 : 3 + _FRAME_PARTS], parts[3 + _FRAME_PARTS :]
        frames = [deserialize_frame(read_part(part)) for part in frame_parts]
        sorted_terms, added_terms, *others = frames
        summaries, later_summaries, traits, later_traits = others[len(_FRAMES) :]
        texts, title_mean, body_mean = head["lexicon"]
        rarity = FrameRarity(codes, df, head["stacks"])
        lexicon = Lexicon.of(sorted_terms, added_terms, texts, (title_mean, body_mean), rarity)
        return PatternIndex(
            group_summaries=GroupTable(summaries, later_summaries),
            trait_counts=GroupTable(traits, later_traits),
            group_count=head["group_count"],
            **dict(zip(_FRAMES, others, strict=False)),
            catalog=TemplateCatalog.from_json(head["catalog"]),
            lexicon=lexicon,
            segments=tuple(
                read_segment(segment_parts[at : at + SEGMENT_PARTS], lexicon)
                for at in range(0, len(segment_parts), SEGMENT_PARTS)
            ),
            model=PairModel.from_json(head["model"]),
            copy_similarity=head["copy_similarity"],
            recalibration=Recalibration(*head["recalibration"]),
            stored=tuple(zip(frames, frame_parts, strict=True)),
        )


def build_index(
    table: pl.DataFrame,
    grouped: GroupedAtoms,
    details: GroupDetails,
    compared: ComparedTexts | None,
    recalibration: Recalibration,
    members: pl.DataFrame,
    catalog: TemplateCatalog,
) -> PatternIndex:
    """Collects what the assignment of later issues needs.

    In: canonical issues with fingerprints, how they were grouped, what is known of the groups, the compared
    texts, `MEMBER_SCHEMA`, what is known of templates. Out: the index.
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
        keys=_list_keys(table, grouped),
        resolution_times=details.resolution_times,
        split_references=_list_split_references(grouped),
        bursts=_list_bursts(table, grouped),
        nearest_patterns=_list_nearest_patterns(details.summaries, members),
        catalog=catalog,
        lexicon=lexicon,
        segments=segments,
        model=model,
        copy_similarity=grouped.atoms.copy_similarity,
        recalibration=recalibration,
    )


def _list_keys(table: pl.DataFrame, grouped: GroupedAtoms) -> pl.DataFrame:
    """The keys that alone decide about a group: templates, stack traces where copies have one cause, and
    titles and errors that a second copy joins.
    """
    atoms = [
        atom for atom, key in enumerate(grouped.atoms.keys) if key.partition(":")[0] in ("template", "copy")
    ]
    keys = pl.Series("key", [grouped.atoms.keys[atom] for atom in atoms], dtype=pl.String)
    own = pl.DataFrame({"key": keys, "group": grouped.group_of_atom[atoms]})
    placed = table.with_columns(pl.Series("group", grouped.group_of_row))
    titles = placed.filter(leads_copies())
    copied = titles.select(("template:" + pl.col("title_key")).alias("key"), "group")
    errors = placed.select(pl.col("error_key").alias("key"), "group").drop_nulls("key")
    return pl.concat([own, copied, errors]).unique().sort("key", "group")


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
    return Lexicon.of(terms, terms, 0, (1.0, 1.0), FrameRarity(nothing, nothing, 0))


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


def _split(data: bytes) -> list[bytes]:
    """The parts that were joined, without the name of the format."""
    if not PatternIndex.is_current_format(data):
        raise UnreadableIndexError(
            "the bytes are no pattern index of this version: group all issues of the workspace again"
        )
    return split_parts(memoryview(data)[len(_MAGIC) :])
