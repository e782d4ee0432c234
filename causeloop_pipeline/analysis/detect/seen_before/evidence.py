"""What one failure shares with each group of stored issues: the evidence from which a probability is made."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.detect.fingerprints.canonical_issues import canonical_issues
from causeloop_pipeline.analysis.detect.grouping.confidence import ATOM_SIMILARITY
from causeloop_pipeline.analysis.detect.grouping.membership_reasons import find_shared_terms
from causeloop_pipeline.analysis.detect.seen_before.searched_issues import (
    SearchedIssues,
    find_message_keys,
    find_trace_key,
)
from causeloop_pipeline.analysis.detect.similarity.corpus import add_texts
from causeloop_pipeline.analysis.detect.similarity.pair_model import PairModel
from causeloop_pipeline.analysis.detect.similarity.pairwise_similarity import select_text_rows
from causeloop_pipeline.analysis.detect.similarity.query_pairs import compare_query
from causeloop_pipeline.analysis.detect.similarity.semantic_score import SemanticList

SEARCHED_TEXTS = 60
_MIN_PROBABILITY = 1e-4
_FEW_ISSUES = 3

_TEMPLATE_PROBABILITY = pl.col("template_probability").fill_null(ATOM_SIMILARITY["template"]).clip(0.02, 0.99)
_TEMPLATE_ODDS = (_TEMPLATE_PROBABILITY / (1 - _TEMPLATE_PROBABILITY)).log()

EVIDENCE_SCHEMA = pl.Schema(
    {
        "group_id": pl.String(),
        "pattern_id": pl.String(),
        "issue_id": pl.String(),  # the issue of the group that is most like the failure
        "similarity": pl.Float64(),  # the probability of one cause of the failure and that issue
        "score": pl.Float64(),  # of that pair of texts, before any base rate; 0 where no text is
        "text": pl.Float64(),  # log odds of the most similar issue; the least where no text is
        "support": pl.Float64(),  # mean log odds of the three most similar ones
        "margin": pl.Float64(),  # by how much it is more similar than the best of the other groups
        "same_template": pl.Float64(),  # 1: a machine's message with the same template
        "template_odds": pl.Float64(),  # log odds that the issues of that template have one cause
        "other_template": pl.Float64(),  # 1: machines' messages, all with other templates
        "same_title": pl.Float64(),  # 1: the title of a person's text is repeated
        "same_trace": pl.Float64(),  # 1: raised through the same frames
        "size": pl.Float64(),  # log of how many issues of the group were searched
        "terms": pl.List(pl.String()),  # the rarest terms that both hold
        "is_near_by_meaning": pl.Boolean(),  # the issue is one of the few that are close in meaning
    }
)


def collect_evidence(
    failure: pl.DataFrame,
    titles: Sequence[str],
    searched: SearchedIssues,
    model: PairModel,
    semantic: SemanticList | None = None,
) -> pl.DataFrame:
    """Collects what a failure shares with each group.

    In: one row of `ISSUE_SCHEMA`; its title in all readings (with and without a log line's prefix); the
    issues; what the workspace's pairs say of one cause; how near each issue is by meaning, None for words
    alone. Out: `EVIDENCE_SCHEMA`, the most similar group first.
    """
    texts = _compare_texts(canonical_issues(failure), searched, model, semantic)
    keys = _compare_keys(failure, titles, searched)
    columns = ["group_id", "pattern_id", "issue_id", "kind", "template_probability"]
    per_issue = (
        searched.table.with_row_index("row")
        .select("row", *columns)
        .join(texts, on="row", how="left", maintain_order="left")
        .hstack(keys)
        .filter(
            pl.col("log_odds").is_not_null() | pl.any_horizontal("same_template", "same_title", "same_trace")
        )
    )
    sizes = searched.table.group_by("group_id").agg(pl.len().cast(pl.Float64).log1p().alias("size"))
    least = float(np.log(_MIN_PROBABILITY / (1.0 - _MIN_PROBABILITY)))
    is_machine = pl.col("kind") == "machine"
    ordered = per_issue.with_columns(
        pl.any_horizontal("same_template", "same_title", "same_trace").alias("is_copy"),
        pl.col("log_odds").fill_null(least),
    ).sort(["is_copy", "log_odds", "row"], descending=[True, True, True])
    groups = (
        ordered.group_by("group_id", maintain_order=True)
        .agg(
            pl.col("pattern_id", "issue_id").first(),
            pl.col("probability").max().fill_null(0.0).alias("similarity"),
            pl.col("score").max().fill_null(0.0),
            pl.col("log_odds").max().alias("text"),
            pl.col("log_odds").sort(descending=True).head(_FEW_ISSUES).mean().alias("support"),
            pl.col("same_template", "same_title", "same_trace").max().cast(pl.Float64),
            _TEMPLATE_ODDS.filter("same_template").max().fill_null(0.0).alias("template_odds"),
            (is_machine & ~pl.col("same_template")).all().cast(pl.Float64).alias("other_template"),
            pl.col("terms", "is_near_by_meaning").first(),
        )
        .join(sizes, on="group_id", how="left", maintain_order="left")
    )
    return _add_margin(groups, least).select(EVIDENCE_SCHEMA.names()).cast(EVIDENCE_SCHEMA)


def _compare_texts(
    failure: pl.DataFrame, searched: SearchedIssues, model: PairModel, semantic: SemanticList | None
) -> pl.DataFrame:
    """Frame(row, score, log_odds, probability, terms, is_near_by_meaning) of the nearest texts."""
    lexicon, query = add_texts(select_text_rows(failure), searched.lexicon)
    by_meaning = None if semantic is None else semantic.select(searched.compared)
    compared = compare_query(
        query, searched.corpus, lexicon, searched.postings, limit=SEARCHED_TEXTS, semantic=by_meaning
    )
    # how common one cause is in the tracker that is searched: a failure alone has no rate of its own
    pairs = compared.pairs
    turned = replace(pairs, left=pairs.right, right=pairs.left)
    probability = model.probability(turned, searched.sources, []).clip(_MIN_PROBABILITY, 1 - _MIN_PROBABILITY)
    terms = find_shared_terms(query, searched.corpus, lexicon, pairs.left, compared.rows)
    close = np.zeros(0) if by_meaning is None else by_meaning.close
    return pl.DataFrame(
        {
            "row": pl.Series(searched.compared[compared.rows], dtype=pl.UInt32),
            "score": pairs.score.round(9),
            "log_odds": np.log(probability / (1 - probability)).round(9),
            "probability": probability.round(6),
            "terms": pl.Series(
                [[term for term, _ in weighted] for weighted in terms], dtype=pl.List(pl.String)
            ),
            "is_near_by_meaning": np.isin(compared.rows, close),
        }
    )


def _compare_keys(failure: pl.DataFrame, titles: Sequence[str], searched: SearchedIssues) -> pl.DataFrame:
    """Per issue whether it has the failure's template, its title, and its stack trace."""
    message_keys = find_message_keys(titles, searched)
    trace = find_trace_key(str(failure["title"][0] or ""), failure["body"][0])
    return searched.table.select(
        pl.col("template_key").is_in(message_keys).fill_null(value=False).alias("same_template"),
        pl.col("title_key").is_in(message_keys).fill_null(value=False).alias("same_title"),
        pl.col("trace_key").eq_missing(trace).and_(pl.lit(trace is not None)).alias("same_trace"),
    )


def _add_margin(groups: pl.DataFrame, least: float) -> pl.DataFrame:
    best = groups["text"].sort(descending=True).to_list()
    first, second = [*best, least, least][:2]
    rival = pl.when(pl.col("text") >= first).then(pl.lit(second)).otherwise(pl.lit(first))
    return groups.with_columns((pl.col("text") - rival).alias("margin"))
