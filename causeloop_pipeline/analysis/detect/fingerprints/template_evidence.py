"""The evidence that messages of one template have one cause, from the messages themselves.

A template tells much where it holds rare words, where its messages come from one place, and where its source
repeats itself anyway; little where it is made of words that any report holds.
"""

import math
import operator
from collections.abc import Iterable, Mapping

import polars as pl

from causeloop_pipeline.analysis.detect.fingerprints.masking import WILDCARD
from causeloop_pipeline.analysis.detect.fingerprints.template_information import measure_information
from causeloop_pipeline.analysis.detect.fingerprints.templates import split_message

MIN_DECISIVE = 0.9
"""From here on a template alone decides that its messages have one cause."""
MIN_EVIDENT = 0.3
"""From here on a template is evidence beside what its messages say; the pair model's highest threshold."""
MAX_COPIES = 8
"""More copies than so are compared as one text."""

# Logistic coefficients, fitted on simulated sources of 8 systems of Loghub (Zhu et al., ISSRE 2023) and of 7
# bug trackers: constant, information, ln rows, log odds of the source's repeats, a slot varies, agreement.
_COEFFICIENTS = {
    "equal": (1.41, 0.41, 1.0, 1.1, -2.2, 1.41),
    "numbers": (-4.94, 1.19, 0.72, 0.73, 0.0, 0.60),
    "words": (-2.51, 0.36, 0.75, 0.42, 0.0, 1.24),
}
_MIN_MERGED = {"numbers": 0.5, "words": MIN_DECISIVE}
_MAX_ROWS_OF_WORDS = 30  # more messages that differ in words are no more evidence
_MAX_CHANCE = 0.9  # where almost all rows agree, agreement tells nothing
_PLACES = ("service", "component", "error_type")
_SHARE_PRIOR, _SHARE_PRIOR_ROWS = 0.4, 4.0
_DECLARED_SHARE = 0.98
# What a task was started with, as in `PublishReport(day=2026-11-29, shop=berlin)`: it is another at each run,
# and no part of what failed, unless a key is of how it failed.
_PARAMETERS = r"([A-Za-z0-9_][(\[{])\s*[A-Za-z_][\w.\-]*\s*=[^()\[\]{}]*([)\]}])"
_OUTCOME_KEY = (
    r"(?i)[(\[{,;\s](?:[a-z_]*(?:code|status|errno?|error|reason|result|cause|exception|state)"
    r"|message|msg|type|kind)\s*="
)
_ERROR_STREAM = "\x1ferrors"
_STREAM = pl.concat_str(
    "source_name", pl.when(pl.col("error_type").is_null()).then(pl.lit("")).otherwise(pl.lit(_ERROR_STREAM))
).alias("stream")


def classify_differences(template: str, messages: Iterable[str]) -> str:
    """Tells how the messages of a template differ.

    In: a template, the distinct masked messages that it was merged from. Out: `equal` (there is one),
    `numbers` (in some places some hold a number and others a word) or `words`.
    """
    split = [split_message(message) for message in messages]
    if len(split) == 1:
        return "equal"
    slots = [place for place, word in enumerate(split_message(template)) if WILDCARD in word]
    for place in slots:
        values = {words[place].strip() for words in split if place < len(words)}
        if len(values) > 1 and any(WILDCARD in value for value in values):
            return "numbers"
    return "words"


def measure_repeats(rows: pl.DataFrame) -> dict[str, float]:
    """Measures how much streams repeat themselves.

    In: `source_name`, `error_type`, `masked`, and `may_repeat`, whether its message counts as one. Out: by
    stream, which is a source's rows with an error type or those without, the share of its rows that repeat a
    masked message, shrunk to a low one (Laplace).
    """
    copies = pl.col("may_repeat").sum().over("stream", "masked")
    shares = (
        rows.with_columns(_STREAM)
        .select("stream", (pl.col("may_repeat") & (copies > 1)).alias("is_repeat"))
        .group_by("stream")
        .agg((pl.col("is_repeat").sum() + _SHARE_PRIOR) / (pl.len() + _SHARE_PRIOR_ROWS))
    )
    return dict(shares.sort("stream").iter_rows())


def declare_shares(machine_sources: Iterable[str]) -> dict[str, float]:
    """How much the streams of sources that are known to write by template repeat themselves.

    In: sources. Out: by stream, as `measure_repeats`: nearly always, whatever has come so far.
    """
    return {
        stream: _DECLARED_SHARE for source in machine_sources for stream in (source, source + _ERROR_STREAM)
    }


def choose_templates(
    candidates: pl.DataFrame,
    merged: Mapping[str, str],
    repeats_shares: Mapping[str, float],
    earlier: Mapping[str, float],
) -> pl.DataFrame:
    """Chooses the template of each masked message, and how likely its rows have one cause.

    In: rows that may repeat, with `source_name`, `masked`, `title`, `service`, `component`, `error_type`; for
    each of their messages the template that it can be merged into; `measure_repeats` of all rows; the
    probabilities of the templates that an earlier grouping chose, which stay. Out: by `masked` message its
    `template`, `template_rows`, `template_probability` (of a template of one row: as if there were a second
    one like it), `is_sure` (the template alone decides) and `is_possible` (copies are evidence beside what
    the texts say). A merged template whose own evidence is too weak is taken apart: each of its messages then
    stands for itself.

    Method: a logistic model of the share of a template's pairs that have one cause.
    """
    shares = [repeats_shares[stream] for stream in candidates.select(_STREAM)["stream"]]
    evidence = candidates.with_columns(
        pl.Series("repeats_share", shares, pl.Float64),
        _drop_parameters(),
        *(_measure_chance(candidates, place) for place in _PLACES),
    )
    assessed = _assess(evidence, merged)
    chosen_before = {text: earlier[text] for text in (*merged, *merged.values()) if text in earlier}
    is_known = pl.col("template").is_in(list(chosen_before))
    is_weak = ~is_known & (
        pl.col("template_probability")
        < pl.col("difference").replace_strict(_MIN_MERGED, default=0.0, return_dtype=pl.Float64)
    )
    weak = set(assessed.filter(is_weak)["template"])
    if weak:
        merged = {message: message if template in weak else template for message, template in merged.items()}
        assessed = _assess(evidence, merged)
    probability = pl.col("template").replace_strict(
        chosen_before, default=pl.col("template_probability"), return_dtype=pl.Float64
    )
    repeats = is_known | (pl.col("template_rows") > 1)
    few = pl.col("template_rows") <= MAX_COPIES
    decided = assessed.with_columns(probability.alias("template_probability")).with_columns(
        ((pl.col("template_probability") >= MIN_DECISIVE) & repeats).alias("is_sure"),
        ((pl.col("template_probability") >= MIN_EVIDENT) & few).alias("is_possible"),
    )
    return _list_by_message(merged).join(
        decided.drop("difference"), on="template", how="left", maintain_order="left"
    )


def compute_probability(difference: str, template: str, counts: Mapping[str, float]) -> float:
    """Computes how likely the rows of a template have one cause.

    In: how its messages differ; the template; `rows`, `repeats_share` (of its source), `varies` (0 or 1) and
    `agreement` (-.5 to .5). Out: a probability, at most .99.
    """
    information = measure_information(template)
    rows = max(counts["rows"], 2.0)
    if difference == "words":
        rows = min(rows, _MAX_ROWS_OF_WORDS)
    values = (
        1.0,
        information.amount,
        math.log(rows),
        math.log(counts["repeats_share"] / (1.0 - counts["repeats_share"])),
        counts["varies"],
        counts["agreement"],
    )
    log_odds = sum(map(operator.mul, _COEFFICIENTS[difference], values))
    return round(min(1.0 / (1.0 + math.exp(-log_odds)), information.max_probability), 6)


def _drop_parameters() -> pl.Expr:
    """The titles of rows without what a task was started with: that varies whatever fails."""
    title = pl.col("title")
    without = title.str.replace_all(_PARAMETERS, "${1}${2}")
    tells_outcome = title.str.contains(_OUTCOME_KEY)
    return pl.when(tells_outcome).then(title).otherwise(without).alias("varying_title")


def _measure_chance(candidates: pl.DataFrame, place: str) -> pl.Series:
    """Per candidate, how likely two rows of its source are of one place, whatever they say."""
    placed = candidates.select("source_name", place).drop_nulls()
    share = pl.col("len") / pl.col("len").sum().over("source_name")
    chance = (
        placed.group_by("source_name", place)
        .len()
        .with_columns(share.alias("share"))
        .group_by("source_name")
        .agg((pl.col("share") ** 2).sum().alias("chance"))
    )
    joined = candidates.select("source_name").join(
        chance, on="source_name", how="left", maintain_order="left"
    )
    return joined["chance"].fill_null(1.0).alias(f"chance_of_{place}")


def _assess(evidence: pl.DataFrame, merged: Mapping[str, str]) -> pl.DataFrame:
    """Per template: how its messages differ, its rows, and the probability that they have one cause."""
    rows = evidence.join(_list_by_message(merged), on="masked", how="left", maintain_order="left")
    of_template = (
        rows.group_by("template", maintain_order=True)
        .agg(
            pl.len().alias("template_rows"),
            pl.col("repeats_share").mean(),
            (pl.col("varying_title").n_unique() > 1).cast(pl.Float64).alias("varies"),
            *(pl.col(f"chance_of_{place}").mean() for place in _PLACES),
            pl.col("masked").unique().alias("messages"),
        )
        .sort("template")
    )
    agreement = _measure_agreement(rows, of_template)
    differences = [
        classify_differences(template, messages)
        for template, messages in of_template.select("template", "messages").iter_rows()
    ]
    counts = of_template.select(
        pl.col("template_rows").cast(pl.Float64).alias("rows"), "repeats_share", "varies"
    ).with_columns(agreement)
    probability = [
        compute_probability(difference, template, own)
        for difference, template, own in zip(
            differences, of_template["template"], counts.iter_rows(named=True), strict=True
        )
    ]
    return of_template.select(
        "template",
        "template_rows",
        pl.Series("difference", differences, pl.String),
        pl.Series("template_probability", probability, pl.Float64),
    )


def _measure_agreement(rows: pl.DataFrame, of_template: pl.DataFrame) -> pl.Series:
    """Per template, how much more its rows agree in their place than chance explains, minus a half.

    The place is the first dimension that two of its rows have; nothing (0) where it is unknown.
    """
    agreement = pl.Series("agreement", [None] * of_template.height, pl.Float64)
    for place in _PLACES:
        chance = pl.col(f"chance_of_{place}")
        pairs = (
            rows.select("template", place)
            .drop_nulls()
            .group_by("template", place)
            .len()
            .group_by("template")
            .agg(
                pl.col("len").sum().alias("known"),
                (pl.col("len") * (pl.col("len") - 1)).sum().alias("agreeing"),
            )
            .filter(pl.col("known") > 1)
        )
        share = pl.col("agreeing") / (pl.col("known") * (pl.col("known") - 1))
        beyond_chance = ((share - chance) / (1.0 - chance) - 0.5).clip(-0.5, 0.5)
        own = of_template.join(pairs, on="template", how="left", maintain_order="left").select(
            pl.when(pl.col("known").is_null())
            .then(None)
            .when(chance >= _MAX_CHANCE)
            .then(0.0)
            .otherwise(beyond_chance)
        )
        agreement = agreement.zip_with(agreement.is_not_null(), own.to_series())
    return agreement.fill_null(0.0)


def _list_by_message(merged: Mapping[str, str]) -> pl.DataFrame:
    schema = {"masked": pl.String, "template": pl.String}
    return pl.DataFrame(sorted(merged.items()), schema=schema, orient="row")
