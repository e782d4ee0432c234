"""Stock phrases of a workspace: sentences of titles that speak of the report and not of the failure.

"We are investigating", "Mitigation underway": status pages and support desks repeat them whatever fails. They
are learned from the workspace's own titles, no list names them.
"""

import re

import polars as pl

MIN_PLACES, MIN_ISSUES, MIN_BEGINNINGS = 2, 3, 3
_SENTENCE_END = re.compile(r"(?<=\w[.!?])\s+(?=[A-Z])|\s*\n+\s*")
_ABOUT_THE_REPORT = (
    r"(?i)^\W*(?:we|our|please|thanks?|if you|for (?:more|further)"
    r"|this (?:incident|issue|problem|event|ticket|report|page|post|thread))\b"
)
_MAY_HOLD_PHRASES = r"[.!?]\s|\n|" + _ABOUT_THE_REPORT
_LINK, _NUMBER = r"\S*://\S*", r"\d+"


def strip_stock_phrases(issues: pl.DataFrame) -> pl.DataFrame:
    """Strips stock phrases from titles.

    In: issues with `title`, `service`, `component`. Out: `row` and `title` of those issues whose title held a
    stock phrase, by row; the title is empty where nothing else is left. A sentence is stock if it speaks of
    the report and stands in the titles of two places or three issues, or if it stands in those of two places
    after three different beginnings and never comes first: what begins a title names the failure, however
    common. So is what only ever follows such sentences.
    """
    sentences = _split_into_sentences(issues)
    if sentences.is_empty():
        return sentences.select("row", pl.col("sentence").alias("title"))
    own_sentences = pl.col("sentence").filter(~pl.col("is_stock")).str.join(" ")
    return (
        _mark_stock(sentences)
        .group_by("row", maintain_order=True)
        .agg(own_sentences.alias("title"), pl.col("is_stock").any().alias("has_stock"))
        .filter("has_stock")
        .select("row", "title")
    )


def _mark_stock(sentences: pl.DataFrame) -> pl.DataFrame:
    """The sentences with `is_stock`."""
    is_common = pl.col("place").n_unique().over("phrase") >= MIN_PLACES
    is_frequent = is_common | (pl.len().over("phrase") >= MIN_ISSUES)
    about_report = pl.col("phrase").str.contains(_ABOUT_THE_REPORT) & is_frequent
    beginnings = pl.col("beginning").n_unique().over("phrase")
    is_never_first = (pl.col("position") > 0).all().over("phrase")
    is_tail = is_common & is_never_first & (beginnings >= MIN_BEGINNINGS)
    follows_stock = is_frequent & is_never_first & pl.col("follows_stock").all().over("phrase")
    return (
        sentences.with_columns(about_report.alias("is_about"))
        .with_columns(pl.col("is_about").first().over("row").alias("follows_stock"))
        .with_columns((pl.col("is_about") | is_tail | follows_stock).alias("is_stock"))
    )


def _split_into_sentences(issues: pl.DataFrame) -> pl.DataFrame:
    """Titles of several sentences or about the report: row, place, position, sentence, phrase, beginning."""
    place = pl.concat_str(pl.col("service", "component").fill_null(""), separator="\x1f")
    titles = (
        issues.with_row_index("row")
        .filter(pl.col("title").str.contains(_MAY_HOLD_PHRASES))
        .select("row", place.alias("place"), "title")
    )
    sentences = [_SENTENCE_END.split(title.strip()) for title in titles["title"].to_list()]
    phrase = pl.col("sentence").str.to_lowercase().str.replace_all(_LINK, "").str.replace_all(_NUMBER, "#")
    return (
        titles.select("row", "place", pl.Series("sentence", sentences, dtype=pl.List(pl.String)))
        .with_columns(pl.int_ranges(pl.col("sentence").list.len()).alias("position"))
        .explode("sentence", "position")
        .filter(pl.col("sentence") != "")
        .with_columns(phrase.str.strip_chars(" .!?:,").alias("phrase"))
        .with_columns(pl.col("phrase").first().over("row").alias("beginning"))
    )
