"""The search for similar issues: people check patterns with it, and find what grouping left out."""

from collections.abc import Mapping

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Floats, Ints
from causeloop_pipeline.analysis.detect.fingerprints.canonical_issues import canonical_issues
from causeloop_pipeline.analysis.detect.grouping.confidence import ATOM_SIMILARITY
from causeloop_pipeline.analysis.detect.grouping.membership_reasons import find_shared_terms
from causeloop_pipeline.analysis.detect.similarity.base_rate import CAREFUL_RATE, sigmoid
from causeloop_pipeline.analysis.detect.similarity.corpus import Corpus, build_corpus, read_lexicon
from causeloop_pipeline.analysis.detect.similarity.lexicon import Lexicon
from causeloop_pipeline.analysis.detect.similarity.pair_parameters import SHIPPED, PairParameters
from causeloop_pipeline.analysis.detect.similarity.pairwise_similarity import select_text_rows
from causeloop_pipeline.analysis.detect.similarity.search_lists import LIST_LENGTH, search_texts
from causeloop_pipeline.analysis.detect.similarity.semantic_pairs import list_by_meaning
from causeloop_pipeline.analysis.detect.similarity.semantic_score import SemanticList
from causeloop_pipeline.analysis.detect.similarity.text_vectors import read_vectors
from causeloop_pipeline.analysis.detect.similarity.tokens import spell_terms

SIMILAR_ISSUE_SCHEMA = pl.Schema(
    {
        "issue_id": pl.String(),
        "similarity": pl.Float64(),  # the probability of one cause
        "cosine": pl.Float64(),
        "terms": pl.List(pl.String()),  # the rarest words that both hold, as the searched issue spells them
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
    et al., 2007), and candidates by meaning. Messages of one template are as similar as grouping takes them
    to be; issues without text are ranked by the dimensions that they share.
    """
    table = canonical_issues(issues)
    row = table["issue_id"].index_of(issue_id)
    if row is None:
        raise UnknownIssueError(f"issue {issue_id!r} is not among the {table.height} issues searched")

    texts = select_text_rows(table)
    lexicon, chunks = read_lexicon(texts)
    corpus = build_corpus(texts, lexicon, chunks)
    semantic = None if cosines is None else SemanticList.of(_list_cosines(table, cosines, row))
    ranked = _rank(corpus, lexicon, row, max(limit, LIST_LENGTH), semantic)
    if ranked.height == 0:
        return _rank_by_dimensions(table, row, limit)

    ranked = ranked.with_columns(table["issue_id"].gather(ranked["row"].to_list()).alias("issue_id"))
    ranked = _lift_same_template(ranked, issue_id, templates or {})
    return _spell_terms(ranked.head(limit), table[row]).select(SIMILAR_ISSUE_SCHEMA.names())


def _spell_terms(ranked: pl.DataFrame, issue: pl.DataFrame) -> pl.DataFrame:
    """Writes the words of an issue for the stems that others share with it."""
    stems = sorted(set(ranked["terms"].explode().drop_nulls()))
    words = spell_terms(stems, issue["title"][0], issue["body"][0])
    word_of = dict(zip(stems, words, strict=True))
    terms = [list(dict.fromkeys(word_of[term] for term in shared)) for shared in ranked["terms"]]
    return ranked.with_columns(pl.Series("terms", terms, dtype=pl.List(pl.String)))


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
    rows = np.flatnonzero(table["issue_id"].is_in(issue_ids.implode()).to_numpy())
    semantic = None
    if vector_of is not None:
        semantic = list_by_meaning(read_vectors(b"".join(vector_of[issue_id] for issue_id in ids)), rows)
    lists = search_texts(corpus, lexicon, rows, limit=max(limit, LIST_LENGTH), semantic=semantic)

    ranked = (
        pl.DataFrame({"row": lists.left, "other": lists.right, "score": lists.score(parameters).round(9)})
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


def _rank(
    corpus: Corpus, lexicon: Lexicon, row: int, limit: int, semantic: SemanticList | None
) -> pl.DataFrame:
    """The rows of a corpus most similar to one of them, best first."""
    by_meaning = None if semantic is None else [semantic]
    nearest = search_texts(corpus, lexicon, np.array([row]), limit=limit, semantic=by_meaning)
    score, (slope, intercept) = nearest.score(), nearest.rate
    probability = np.minimum(sigmoid(slope * score + intercept), CAREFUL_RATE.ceiling)
    values = (score, probability, nearest.features["cosine"])
    return _list_ranked(corpus, lexicon, row, nearest.right, values)


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
