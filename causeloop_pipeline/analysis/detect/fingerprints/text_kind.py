"""Which kind of text an issue has: a machine's message, a person's words, or no text worth comparing.

The rows of a source (with bodies and without) vote: a machine repeats itself, systems of Loghub 87-100 % of
their masked messages, bug trackers under 10 %. Where there are bodies they must repeat too: crash reports
repeat their titles, but what they are about is in the stack below. The vote decides about messages that stand
alone; those of a template with evidence of its own are a machine's whatever else their source holds.
"""

from collections.abc import Iterable

import polars as pl

from causeloop_pipeline.analysis.detect.fingerprints.masking import mask
from causeloop_pipeline.analysis.detect.fingerprints.template_information import measure_information
from causeloop_pipeline.analysis.query_engine import choose_engine
from causeloop_pipeline.model.frames import DIMENSIONS

MIN_MACHINE_ROWS = 3
MIN_MACHINE_COVERAGE = 0.5  # share of the rows whose masked message repeats
MIN_BODY_COVERAGE = (
    0.8  # share of the rows with a body whose masked title repeats, and whose masked body does
)
MIN_BODY_CHARACTERS = 40
MIN_NO_TEXT_SHARE = 0.5
UNTITLED = "untitled"
"""A source where most titles tell nothing: of each issue, its own title decides."""
_SAMPLED_ROWS = 2_000
_MASKED_BODY_CHARACTERS = 1_000
_MIN_REPEATS = 3
_MAX_PLACEHOLDER_TEXTS = 2  # a source with so few texts at so many places has placeholders, not messages
_MIN_PLACEHOLDER_PLACES = 10
_MAX_PLACEHOLDER_INFORMATION = 2.0  # what says more than `Anomaly detected` is a message, wherever it occurs
_WORD = r"\pL{2,}"
_SEPARATORS = " -/|:,;.>_[]()\t"
_BLOCK = ["source_name", "has_body"]
_BODY_LENGTH = pl.col("body").str.strip_chars().str.len_chars().fill_null(0)
SOURCE_NAME = pl.col("source").fill_null("").alias("source_name")
HAS_BODY = (_BODY_LENGTH > MIN_BODY_CHARACTERS).alias("has_body")

Kinds = dict[tuple[str, bool], str]
"""(source, has a body) → machine, human, structured or untitled."""


def add_kind(table: pl.DataFrame, known_kinds: Kinds) -> pl.DataFrame:
    """Decides the kind of text of each issue.

    In: canonical issues with `masked`; kinds that an earlier grouping learned. Out: the same issues with
    `kind` (machine, human, structured), `source_name`, `has_body` and `source_kind`, what the whole source
    is: one of these, or untitled where most titles tell nothing.
    """
    table = table.with_columns_seq(SOURCE_NAME, HAS_BODY)
    blocks: set[tuple[str, bool]] = set(table[_BLOCK].unique().iter_rows())
    kinds = {block: known_kinds[block] for block in blocks if block in known_kinds}
    if len(kinds) < len(blocks):
        kinds = {**_vote_by_source(table), **kinds}

    if len(kinds) == 1 and UNTITLED not in kinds.values():
        # as of a single new issue, for which a join would cost more than all else
        (kind,) = kinds.values()
        return table.with_columns(pl.lit(kind).alias(name) for name in ("source_kind", "kind"))

    table = _add_source_kind(table, kinds)
    is_untitled = table["source_kind"] == UNTITLED
    if not is_untitled.any():
        return table.with_columns(pl.col("source_kind").alias("kind"))
    own_kind = pl.when(_has_words(table)).then(pl.lit("human")).otherwise(pl.lit("structured"))
    return table.with_columns(pl.when(is_untitled).then(own_kind).otherwise("source_kind").alias("kind"))


def _add_source_kind(table: pl.DataFrame, kinds: Kinds) -> pl.DataFrame:
    """The issues with the kind of their whole source as `source_kind`."""
    if len(kinds) == 1:
        (kind,) = kinds.values()
        return table.with_columns(pl.lit(kind).alias("source_kind"))
    source_kinds = pl.DataFrame(
        [(source, has_body, kind) for (source, has_body), kind in sorted(kinds.items())],
        schema={"source_name": pl.String, "has_body": pl.Boolean, "source_kind": pl.String},
        orient="row",
    )
    return table.join(source_kinds, on=_BLOCK, how="left", maintain_order="left")


def declare_kinds(machine_sources: Iterable[str]) -> Kinds:
    """The kinds of sources that are known to write by template.

    In: sources. Out: their messages without a body are a machine's; what is in a body is read as ever.
    """
    return {(source, False): "machine" for source in machine_sources}


def select_reliable_kinds(table: pl.DataFrame) -> Kinds:
    """Selects the kinds that may be kept for later issues.

    In: issues with `source_kind`. Out: the kinds of sources with enough issues to decide on.
    """
    if table.height < MIN_MACHINE_ROWS:
        return {}
    kind_and_rows = pl.col("source_kind").first(), pl.len().alias("rows")
    blocks = table.lazy().group_by(_BLOCK).agg(kind_and_rows).sort(_BLOCK).collect()
    return {
        (source, has_body): kind
        for source, has_body, kind, rows in blocks.iter_rows()
        if rows >= MIN_MACHINE_ROWS
    }


def _vote_by_source(table: pl.DataFrame) -> Kinds:
    """Per source, with bodies and without: machine if most masked messages repeat, structured if they are
    placeholders, untitled if most titles tell nothing.
    """
    place = pl.concat_str(pl.col("service").fill_null(""), pl.col("component").fill_null(""), separator="|")
    texts = (
        table.lazy()
        .group_by(*_BLOCK, "masked")
        .len()
        .group_by(_BLOCK)
        .agg(
            pl.col("len").sum().alias("rows"),
            pl.col("len").filter(pl.col("len") >= _MIN_REPEATS).sum().alias("repeated"),
            pl.len().alias("texts"),
            pl.col("masked").sort().head(_MAX_PLACEHOLDER_TEXTS).alias("first_texts"),
        )
    )
    places = table.lazy().group_by(_BLOCK).agg(place.n_unique().alias("places"))
    is_placeholder = (
        ~pl.col("has_body")
        & (pl.col("texts") <= _MAX_PLACEHOLDER_TEXTS)
        & (pl.col("places") >= _MIN_PLACEHOLDER_PLACES)
        & pl.col("first_texts").map_elements(_says_little, return_dtype=pl.Boolean)
    )
    is_machine = (
        (pl.col("rows") >= MIN_MACHINE_ROWS)
        & (pl.col("repeated") >= MIN_MACHINE_COVERAGE * pl.col("rows"))
        & (~pl.col("has_body") | pl.col("source_name").is_in(_sources_with_repeated_bodies(table)))
    )
    kind = (
        pl.when(is_machine & is_placeholder)
        .then(pl.lit("structured"))
        .when(is_machine)
        .then(pl.lit("machine"))
        .otherwise(pl.lit("human"))
    )
    votes = texts.join(places, on=_BLOCK).select(*_BLOCK, kind.alias("kind"))
    untitled = _find_untitled_sources(table)
    return {
        (source, has_body): UNTITLED if (source, has_body) in untitled and vote != "structured" else vote
        for source, has_body, vote in votes.collect(engine=choose_engine(table.height)).iter_rows()
    }


def _says_little(texts: pl.Series) -> bool:
    """Whether none of a source's texts tells what failed."""
    return all(measure_information(text).amount < _MAX_PLACEHOLDER_INFORMATION for text in texts)


def _sources_with_repeated_bodies(table: pl.DataFrame) -> list[str]:
    """The sources whose bodies repeat as their titles do: no person writes so."""
    with_body = table.filter("has_body")
    if with_body.height == 0:
        return []
    title_repeats = (pl.len().over("source_name", "masked") >= _MIN_REPEATS).mean().over("source_name")
    candidates = with_body.filter(title_repeats >= MIN_BODY_COVERAGE)
    body = mask(candidates["body"].str.slice(0, _MASKED_BODY_CHARACTERS)).alias("masked_body")
    body_repeats = (pl.len().over("source_name", "masked_body") >= _MIN_REPEATS).mean()
    repeated = (
        candidates.with_columns(body)
        .with_columns(body_repeats.over("source_name").alias("repeated"))
        .filter(pl.col("repeated") >= MIN_BODY_COVERAGE)
    )
    return sorted(repeated["source_name"].unique().to_list())


def _find_untitled_sources(table: pl.DataFrame) -> set[tuple[str, bool]]:
    """The sources where most titles tell nothing, judged by their oldest issues."""
    oldest = table.filter(~pl.col("has_body")).group_by(_BLOCK, maintain_order=True).head(_SAMPLED_ROWS)
    untitled = (
        oldest.with_columns(has_no_text=~_has_words(oldest))
        .group_by(_BLOCK)
        .agg(pl.col("has_no_text").mean())
        .filter(pl.col("has_no_text") >= MIN_NO_TEXT_SHARE)
    )
    return set(untitled.select(_BLOCK).iter_rows())


def _has_words(table: pl.DataFrame) -> pl.Series:
    """Whether a title tells more than ids and the issue's own dimensions do."""
    titles = table["title"].fill_null("")
    has_words = _without_numbers(titles).str.contains(_WORD)
    used = [name for name in DIMENSIONS if table[name].null_count() < table.height]
    starts = [pl.col("title").str.starts_with(pl.col(name)).any().alias(name) for name in used]
    if not any(any(row) for row in table.select(starts).iter_rows()):
        return has_words
    return has_words & _without_dimensions(table, titles, used).str.contains(_WORD)


def _without_dimensions(table: pl.DataFrame, titles: pl.Series, used: list[str]) -> pl.Series:
    """Titles without the dimensions that they start with, and without numbers."""
    for _ in range(2):
        for name in used:
            rest = pl.col("rest").str.strip_prefix(pl.col(name)).str.strip_chars_start(_SEPARATORS)
            titles = table.select(name, titles.alias("rest")).select(rest.fill_null(pl.col("rest")))["rest"]
    return _without_numbers(titles)


def _without_numbers(titles: pl.Series) -> pl.Series:
    return titles.str.replace_all(r"\S*[0-9]\S*", " ")
