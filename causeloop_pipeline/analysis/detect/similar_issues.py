"""The search for similar issues: people check patterns with it, and find what grouping left out."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Floats, Ints
from causeloop_pipeline.analysis.detect.fingerprints.canonical_issues import canonical_issues
from causeloop_pipeline.analysis.detect.grouping.confidence import ATOM_SIMILARITY
from causeloop_pipeline.analysis.detect.grouping.membership_reasons import find_shared_terms
from causeloop_pipeline.analysis.detect.similarity.base_rate import CAREFUL_RATE, sigmoid
from causeloop_pipeline.analysis.detect.similarity.candidate_pairs import (
    build_postings,
    find_nearest_texts,
)
from causeloop_pipeline.analysis.detect.similarity.corpus import Corpus, build_corpus, read_lexicon
from causeloop_pipeline.analysis.detect.similarity.lexicon import Lexicon
from causeloop_pipeline.analysis.detect.similarity.pair_model import PairModel, estimate_pair_model
from causeloop_pipeline.analysis.detect.similarity.pair_parameters import SHIPPED, PairParameters
from causeloop_pipeline.analysis.detect.similarity.pair_score import (
    build_candidates,
    collect_nearest_cosines,
    score_pairs,
)
from causeloop_pipeline.analysis.detect.similarity.pairwise_similarity import select_text_rows
from causeloop_pipeline.analysis.detect.similarity.query_pairs import compare_query
from causeloop_pipeline.analysis.detect.similarity.search_lists import LIST_LENGTH, search_texts
from causeloop_pipeline.analysis.detect.similarity.semantic_pairs import add_neighbours_by_meaning
from causeloop_pipeline.analysis.detect.similarity.semantic_score import SemanticList, adjust_scores
from causeloop_pipeline.analysis.detect.similarity.text_vectors import Vectors, read_vectors

SIMILAR_ISSUE_SCHEMA = pl.Schema(
    {
        "issue_id": pl.String(),
        "similarity": pl.Float64(),  # the probability of one cause
        "cosine": pl.Float64(),
        "terms": pl.List(pl.String()),  # the rarest terms that both hold
    }
)
DIMENSION_AGREEMENT = {
    "service": 0.9,
    "component": 0.8,
    "error_type": 0.7,
    "team": 0.7,
    "environment": 0.7,
    "region": 0.6,
}
"""How often two issues of one cause agree in a dimension that both have."""

Template = tuple[str | None, float | None]
"""The key of a template, and how likely its issues have one cause."""

_MIN_POOL = 40


class UnknownIssueError(LookupError):
    """The issue is not among those searched."""


def find_similar_issues(
    issues: pl.DataFrame,
    issue_id: str,
    limit: int = 10,
    templates: Mapping[str, Template] | None = None,
    cosines: Mapping[str, float] | None = None,
) -> pl.DataFrame:
    """Ranks the issues that are most similar to one.

    In: issues, the id of one of them, how many to return, by issue id the templates of machine messages
    (`fingerprint_issues`), and how near the others are by meaning, None for words alone. Out: a
    `SIMILAR_ISSUE_SCHEMA` frame, best first; ties: the older one. Raises `UnknownIssueError`.

    Method: BM25 candidates in the order of a linear model that was fitted to what comes first (ListNet, Cao
    et al., 2007); by meaning, the pair score of grouping and what meaning adds. Messages of one template are
    as similar as grouping takes them to be; issues without text are ranked by the dimensions that they share.
    """
    table = canonical_issues(issues)
    row = table["issue_id"].index_of(issue_id)
    if row is None:
        raise UnknownIssueError(f"issue {issue_id!r} is not among the {table.height} issues searched")

    texts = select_text_rows(table)
    lexicon, chunks = read_lexicon(texts)
    corpus = build_corpus(texts, lexicon, chunks)
    if cosines is None:
        ranked = _rank_by_words(corpus, lexicon, row, max(limit, LIST_LENGTH))
    else:
        semantic = SemanticList.of(_list_cosines(table, cosines, row))
        ranked = _rank_by_meaning(corpus, lexicon, row, max(limit, _MIN_POOL) + 1, semantic)
    if ranked.height == 0:
        return _rank_by_dimensions(table, row, limit)

    ranked = ranked.with_columns(table["issue_id"].gather(ranked["row"].to_list()).alias("issue_id"))
    ranked = _lift_same_template(ranked, issue_id, templates or {})
    return ranked.head(limit).select(SIMILAR_ISSUE_SCHEMA.names())


def _list_cosines(table: pl.DataFrame, cosines: Mapping[str, float], row: int) -> Floats:
    """The cosines of a table's issues with the one in a row, which has none with itself."""
    listed = np.array([cosines.get(issue_id, np.nan) for issue_id in table["issue_id"]], dtype=np.float64)
    listed[row] = np.nan
    return listed


def _lift_same_template(
    ranked: pl.DataFrame, issue_id: str, templates: Mapping[str, Template]
) -> pl.DataFrame:
    own, probability = templates.get(issue_id, (None, None))
    if own is None:
        return ranked
    has_same_template = pl.Series(
        [templates.get(other, (None, None))[0] == own for other in ranked["issue_id"]], dtype=pl.Boolean
    )
    least = ATOM_SIMILARITY["template"] if probability is None else probability
    raised = pl.max_horizontal("similarity", pl.lit(least))
    similarity = pl.when(has_same_template).then(raised).otherwise("similarity").alias("similarity")
    return ranked.with_columns(similarity).sort("similarity", descending=True, maintain_order=True)


def find_similar_to_each(
    issues: pl.DataFrame,
    issue_ids: pl.Series,
    *,
    limit: int,
    parameters: PairParameters = SHIPPED,
    vector_of: Mapping[str, bytes] | None = None,
) -> dict[str, list[str]]:
    """Ranks the issues that are most similar to each of many, as `find_similar_issues` does for one.

    In: issues, the ids of some, how many to return for each, what was fitted on other trackers; by id the
    vector of each text, None to search by words alone. Out: by id the ids of the most similar issues, best
    first.
    """
    table = canonical_issues(issues)
    texts = select_text_rows(table)
    lexicon, chunks = read_lexicon(texts)
    corpus = build_corpus(texts, lexicon, chunks)

    ids = table["issue_id"].to_list()
    if vector_of is None:
        rows = np.flatnonzero(table["issue_id"].is_in(issue_ids.implode()).to_numpy())
        lists = search_texts(corpus, lexicon, rows, limit=max(limit, LIST_LENGTH))
        row, other, score = lists.left, lists.right, lists.score(parameters)
    else:
        vectors = read_vectors(b"".join(vector_of[issue_id] for issue_id in ids))
        row, other, score = _compare_by_meaning(corpus, lexicon, vectors, texts["source"].to_list(), limit)

    ranked = (
        pl.DataFrame({"row": row, "other": other, "score": score.round(9)})
        .sort(["row", "score", "other"], descending=[False, True, False])
        .group_by("row", maintain_order=True)
        .head(limit)
        .group_by("row", maintain_order=True)
        .agg("other")
    )
    requested = set(issue_ids.to_list())
    return {
        ids[searched]: [ids[other] for other in others]
        for searched, others in ranked.iter_rows()
        if ids[searched] in requested
    }


def _compare_by_meaning(
    corpus: Corpus, lexicon: Lexicon, vectors: Vectors, sources: list[str], limit: int
) -> tuple[Ints, Ints, Floats]:
    """The neighbours of each text by words and by meaning, and their scores."""
    postings = build_postings(corpus, lexicon)
    near = find_nearest_texts(corpus, postings, lexicon, limit=max(limit, _MIN_POOL), is_self_search=True)
    nearest = collect_nearest_cosines(near, corpus.size)
    candidates = build_candidates(near.row, near.other, near.rank, near.cosine, nearest, nearest)
    model = estimate_pair_model(score_pairs(corpus, corpus, lexicon, candidates), sources)
    semantic = add_neighbours_by_meaning(near, corpus, lexicon, vectors)
    near = semantic.neighbours
    candidates = build_candidates(near.row, near.other, near.rank, near.cosine, nearest, nearest)
    pairs = score_pairs(corpus, corpus, lexicon, candidates)
    pairs = replace(pairs, score=adjust_scores(pairs.score, semantic.margin, semantic.rank))
    return near.row, near.other, model.score_with_time(pairs)


def _rank_by_words(corpus: Corpus, lexicon: Lexicon, row: int, limit: int) -> pl.DataFrame:
    """The rows of a corpus most similar to one of them, best first."""
    lists = search_texts(corpus, lexicon, np.array([row]), limit=limit)
    score = lists.score()
    slope, intercept = SHIPPED.search_rate
    probability = np.minimum(sigmoid(slope * score + intercept), CAREFUL_RATE.ceiling)
    return _list_ranked(corpus, lexicon, row, lists.right, (score, probability, lists.features["cosine"]))


def _rank_by_meaning(
    corpus: Corpus, lexicon: Lexicon, row: int, limit: int, semantic: SemanticList
) -> pl.DataFrame:
    """The same by words and by meaning."""
    postings = build_postings(corpus, lexicon)
    query = corpus.take(np.array([row]))
    compared = compare_query(query, corpus, lexicon, postings, limit=limit, semantic=semantic)
    pairs = compared.pairs
    values = (pairs.score, PairModel().probability(pairs, [""], []), pairs.cosine)
    ranked = _list_ranked(corpus, lexicon, row, compared.rows, values)
    return ranked.filter(pl.col("row") != row)


def _list_ranked(
    corpus: Corpus, lexicon: Lexicon, row: int, others: Ints, values: tuple[Floats, Floats, Floats]
) -> pl.DataFrame:
    """Frame(row, similarity, cosine, terms) of what one text was compared with, by score; ties: the older."""
    score, probability, cosine = values
    terms = find_shared_terms(corpus, corpus, lexicon, np.full(len(others), row), others)
    return (
        pl.DataFrame(
            {
                "row": others,
                "similarity": probability.round(6),
                "cosine": cosine.clip(0.0, 1.0).round(6),
                "terms": pl.Series(
                    [[term for term, _ in weighted] for weighted in terms], dtype=pl.List(pl.String)
                ),
                "score": score.round(9),
            }
        )
        .sort(["score", "row"], descending=[True, False])
        .drop("score")
    )


def _rank_by_dimensions(table: pl.DataFrame, row: int, limit: int) -> pl.DataFrame:
    """The issues that share dimensions with one, weighed by rarity (Fellegi and Sunter, 1969), and that are
    near in time.
    """
    own = table.row(row, named=True)
    score = pl.lit(0.0)
    for name, agreement in DIMENSION_AGREEMENT.items():
        if own[name] is not None:
            share = float((table[name] == own[name]).fill_null(value=False).mean() or 1.0)
            odds_if_equal = float(np.log(agreement / min(max(share, 1e-6), 1.0)))
            odds_if_different = float(np.log((1 - agreement) / max(1 - share, 1e-6)))
            is_equal = pl.col(name) == own[name]
            score = score + pl.when(is_equal).then(odds_if_equal).when(~is_equal).then(
                odds_if_different
            ).otherwise(0.0)

    apart = pl.col("source_created_at") - own["source_created_at"]
    log_days = (apart.dt.total_seconds().abs() / 86_400).log1p().fill_null(0.0)
    ranked = (
        table.with_row_index("row")
        .filter(pl.col("row") != row)
        .with_columns((score - log_days).alias("score"))
        .sort(["score", "row"], descending=[True, False])
        .head(limit)
    )
    return ranked.select(
        "issue_id",
        (1.0 / (1.0 + (-(pl.col("score") + CAREFUL_RATE.intercept)).exp())).round(6).alias("similarity"),
        pl.lit(0.0).alias("cosine"),
        pl.lit([], dtype=pl.List(pl.String)).alias("terms"),
    )
