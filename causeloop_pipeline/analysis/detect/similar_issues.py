"""Which issues are like this one: the search that people check groups with, and that shows what grouping
left out.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.detect.fingerprints.canonical_issues import canonical_issues
from causeloop_pipeline.analysis.detect.grouping.confidence import ATOM_LIKENESS
from causeloop_pipeline.analysis.detect.grouping.membership_reasons import shared_terms
from causeloop_pipeline.analysis.detect.grouping.pattern_index import PatternIndex
from causeloop_pipeline.analysis.detect.similarity.base_rate import LOWEST_INTERCEPT
from causeloop_pipeline.analysis.detect.similarity.candidate_pairs import nearest_texts, postings_of
from causeloop_pipeline.analysis.detect.similarity.corpus import (
    Corpus,
    Lexicon,
    build_corpus,
    new_texts,
    read_lexicon,
)
from causeloop_pipeline.analysis.detect.similarity.pair_score import Standing, score_pairs, standing_of, stood
from causeloop_pipeline.analysis.detect.similarity.pairwise_similarity import text_rows

SIMILAR = pl.Schema(
    {
        "issue_id": pl.String(),
        "similarity": pl.Float64(),  # probability that both tell of one cause
        "cosine": pl.Float64(),
        "terms": pl.List(pl.String()),  # the rarest terms that both hold
        "pattern_id": pl.String(),  # null in a search without an index
    }
)
_POOL = 40


class UnknownIssueError(LookupError):
    """The issue is not among those searched."""


def similar_issues(
    issues: pl.DataFrame,
    issue_id: str,
    limit: int = 10,
    template_keys: Mapping[str, str | None] | None = None,
) -> pl.DataFrame:
    """In, `ISSUES`, the id of one, and by issue id the template keys of machines' messages
    (`fingerprint_issues`); out, the `limit` issues most like it (`SIMILAR`), best first; ties: the older one.

    Texts are ranked by the pair score that grouping uses, which is made for people's words; messages of one
    template are as likely of one cause as grouping takes them to be. Issues without text are ranked by equal
    dimensions. Raises `UnknownIssueError`.
    """
    table = canonical_issues(issues)
    row = table["issue_id"].index_of(issue_id)
    if row is None:
        raise UnknownIssueError(f"issue {issue_id!r} is not among the {table.height} issues searched")
    texts = text_rows(table)
    lexicon, chunks = read_lexicon(texts)
    corpus = build_corpus(texts, lexicon, chunks)
    found = _ranked(
        corpus.take(np.array([row])),
        corpus,
        postings_of(corpus, lexicon),
        lexicon,
        LOWEST_INTERCEPT,
        max(limit, _POOL) + 1,
    )
    found = _with_messages(found.filter(pl.col("row") != row), table, issue_id, template_keys).head(limit)
    if found.height == 0:
        return _by_dimensions(table, row, limit)
    ids = table["issue_id"].gather(found["row"].to_list())
    return found.with_columns(ids.alias("issue_id"), pl.lit(None, pl.String).alias("pattern_id")).select(
        SIMILAR.names()
    )


def _with_messages(
    found: pl.DataFrame, table: pl.DataFrame, issue_id: str, template_keys: Mapping[str, str | None] | None
) -> pl.DataFrame:
    """The found rows, those of the same machine's message first."""
    own = (template_keys or {}).get(issue_id)
    if template_keys is None or own is None:
        return found
    ids = table["issue_id"].gather(found["row"].to_list())
    same = pl.Series([template_keys.get(one) == own for one in ids], dtype=pl.Boolean)
    sure = pl.max_horizontal("similarity", pl.lit(ATOM_LIKENESS["template"]))
    return found.with_columns(pl.when(same).then(sure).otherwise("similarity").alias("similarity")).sort(
        "similarity", descending=True, maintain_order=True
    )


def similar_to_each(issues: pl.DataFrame, issue_ids: pl.Series, *, limit: int) -> dict[str, list[str]]:
    """In, `ISSUES` and ids of some; out, per id the issues most like it, best first: the search of
    `similar_issues`, for many at once.
    """
    table = canonical_issues(issues)
    texts = text_rows(table)
    lexicon, chunks = read_lexicon(texts)
    corpus = build_corpus(texts, lexicon, chunks)
    near = nearest_texts(corpus, postings_of(corpus, lexicon), lexicon, limit=max(limit, _POOL), same=True)
    standing = standing_of(near, corpus.size)
    pairs = score_pairs(
        corpus, corpus, lexicon, stood(near.row, near.other, near.rank, near.cosine, standing, standing)
    )
    ranked = (
        pl.DataFrame({"row": near.row, "other": near.other, "score": pairs.score.round(9)})
        .sort(["row", "score", "other"], descending=[False, True, False])
        .group_by("row", maintain_order=True)
        .head(limit)
        .group_by("row", maintain_order=True)
        .agg("other")
    )
    ids = table["issue_id"].to_list()
    wanted = set(issue_ids.to_list())
    return {
        ids[row]: [ids[other] for other in others] for row, others in ranked.iter_rows() if ids[row] in wanted
    }


def similar_in_index(index: PatternIndex, texts: pl.DataFrame, limit: int = 10) -> pl.DataFrame:
    """In, an index and one issue (`ISSUES` columns); out, the issues of the index most like it, with
    patterns.
    """
    lexicon, query = new_texts(text_rows(canonical_issues(texts)), index.lexicon)
    intercept = min((rate.shown for rate in index.base_rates.values()), default=LOWEST_INTERCEPT)
    own = set(texts["issue_id"].to_list())
    parts = []
    for segment in index.segments:
        found = _ranked(query, segment.corpus, segment.postings, lexicon, intercept, limit + 1)
        rows = found["row"].to_list()
        ids = segment.corpus.marks["issue_id"].gather(rows)
        parts.append(found.with_columns(ids, pl.Series("group", segment.group[rows], dtype=pl.Int64)))
    if not parts:
        return pl.DataFrame(schema=SIMILAR)
    shown = index.groups.filter("shown").select("group", "pattern_id")
    return (
        pl.concat(parts)
        .filter(~pl.col("issue_id").is_in(sorted(own)))
        .sort(["similarity", "issue_id"], descending=[True, False])
        .head(limit)
        .join(shown, on="group", how="left", maintain_order="left")
        .select(SIMILAR.names())
    )


def _ranked(
    query: Corpus, corpus: Corpus, postings: Any, lexicon: Lexicon, intercept: float, limit: int
) -> pl.DataFrame:
    """The rows of a corpus most like a query of one text, by pair score."""
    near = nearest_texts(query, postings, lexicon, limit=max(limit, _POOL), lasting=True)
    zero = np.zeros(len(near.other), dtype=np.int64)
    ours = standing_of(near, 1)
    nobody = Standing(np.zeros(corpus.size), np.zeros(corpus.size))
    pairs = score_pairs(query, corpus, lexicon, stood(zero, near.other, near.rank, near.cosine, ours, nobody))
    terms = shared_terms(query, corpus, lexicon, zero, near.other)
    return (
        pl.DataFrame(
            {
                "row": near.other,
                "similarity": pairs.probability(intercept).round(6),
                "cosine": pairs.cosine.clip(0.0, 1.0).round(6),
                "terms": pl.Series(
                    [[term for term, _ in found] for found in terms], dtype=pl.List(pl.String)
                ),
                "score": pairs.score.round(9),
            }
        )
        .sort(["score", "row"], descending=[True, False])
        .drop("score")
        .head(limit)
    )


def _by_dimensions(table: pl.DataFrame, row: int, limit: int) -> pl.DataFrame:
    """Issues that share dimensions, each weighted by its rarity (Fellegi and Sunter, 1969), and are near in
    time.
    """
    own = table.row(row, named=True)
    score = pl.lit(0.0)
    for name, weight in DIMENSION_WEIGHTS.items():
        if own[name] is not None:
            share = float((table[name] == own[name]).fill_null(value=False).mean() or 1.0)
            rarity = float(np.log(weight / min(max(share, 1e-6), 1.0)))
            different = float(np.log((1 - weight) / max(1 - share, 1e-6)))
            equal = pl.col(name) == own[name]
            score = score + pl.when(equal).then(rarity).when(~equal).then(different).otherwise(0.0)
    days = (
        (pl.col("source_created_at") - own["source_created_at"]).dt.total_seconds().abs() / 86_400
    ).log1p()
    ranked = (
        table.with_row_index("row")
        .filter(pl.col("row") != row)
        .with_columns((score - days.fill_null(0.0)).alias("score"))
        .sort(["score", "row"], descending=[True, False])
        .head(limit)
    )
    return ranked.select(
        "issue_id",
        (1.0 / (1.0 + (-(pl.col("score") + LOWEST_INTERCEPT)).exp())).round(6).alias("similarity"),
        pl.lit(0.0).alias("cosine"),
        pl.lit([], dtype=pl.List(pl.String)).alias("terms"),
        pl.lit(None, pl.String).alias("pattern_id"),
    )


# how often two issues of one cause agree in a dimension that both have
DIMENSION_WEIGHTS = {
    "service": 0.9,
    "component": 0.8,
    "error_type": 0.7,
    "team": 0.7,
    "environment": 0.7,
    "region": 0.6,
}
