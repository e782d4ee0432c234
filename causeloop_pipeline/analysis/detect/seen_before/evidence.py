"""What one failure shares with each group of stored issues: the evidence from which a probability is made."""

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.detect.fingerprints.canonical_issues import canonical_issues
from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import read_trace_key
from causeloop_pipeline.analysis.detect.grouping.confidence import ATOM_SIMILARITY
from causeloop_pipeline.analysis.detect.grouping.membership_reasons import find_shared_terms
from causeloop_pipeline.analysis.detect.seen_before.searched_issues import (
    COPY_KEYS,
    SearchedIssues,
    find_message_keys,
)
from causeloop_pipeline.analysis.detect.similarity.corpus import add_texts
from causeloop_pipeline.analysis.detect.similarity.pair_model import PairModel
from causeloop_pipeline.analysis.detect.similarity.pairwise_similarity import select_text_rows
from causeloop_pipeline.analysis.detect.similarity.query_pairs import compare_query
from causeloop_pipeline.analysis.detect.similarity.semantic_score import SemanticList

SEARCHED_TEXTS = 60
_MIN_PROBABILITY = 1e-4
_FEW_ISSUES = 3
_SAME = ("same_template", "same_title", "same_trace")
_MIN_LOG_ODDS = float(np.log(_MIN_PROBABILITY / (1.0 - _MIN_PROBABILITY)))

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
    near = _compare_texts(canonical_issues(failure), searched, model, semantic)
    copies = _find_copies(failure, titles, searched)
    texts = dict(zip(near.rows, zip(*near[1:], strict=True), strict=True))
    shared = [
        SharedWithIssue(row, *texts.get(row, _NO_TEXT), *(row in rows for rows in copies))
        for row in sorted(texts.keys() | set().union(*copies), reverse=True)
    ]
    shared.sort(key=lambda pair: (pair.is_copy, pair.log_odds), reverse=True)
    by_group: dict[str, list[SharedWithIssue]] = {}
    for pair in shared:
        by_group.setdefault(searched.issues[pair.row].group_id, []).append(pair)
    groups = [_collect_group(group, of_group, searched) for group, of_group in by_group.items()]
    return pl.DataFrame(_add_margin(groups), schema=EVIDENCE_SCHEMA)


class NearTexts(NamedTuple):
    """The nearest texts: their rows and, in the same order, what the failure's text shares with each."""

    rows: list[int]
    score: list[float]
    log_odds: list[float]
    probability: list[float]
    terms: list[list[str]]
    is_near_by_meaning: list[bool]


_NO_TEXT = (None, _MIN_LOG_ODDS, 0.0, None, None)
"""What is shared with an issue whose text is not among the nearest."""


class SharedWithIssue(NamedTuple):
    """What a failure shares with one issue."""

    row: int
    score: float | None
    log_odds: float
    probability: float
    terms: list[str] | None
    is_near_by_meaning: bool | None
    same_template: bool
    same_title: bool
    same_trace: bool

    @property
    def is_copy(self) -> bool:
        """Whether they have a key in common."""
        return self.same_template or self.same_title or self.same_trace


def _compare_texts(
    failure: pl.DataFrame, searched: SearchedIssues, model: PairModel, semantic: SemanticList | None
) -> NearTexts:
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
    return NearTexts(
        searched.compared[compared.rows].tolist(),
        pairs.score.round(9).tolist(),
        np.log(probability / (1 - probability)).round(9).tolist(),
        probability.round(6).tolist(),
        [[term for term, _ in weighted] for weighted in terms],
        np.isin(compared.rows, close).tolist(),
    )


def _find_copies(failure: pl.DataFrame, titles: Sequence[str], searched: SearchedIssues) -> list[set[int]]:
    """The rows of the issues that have the failure's template, its title, and its stack trace."""
    message_keys = find_message_keys(titles, searched)
    trace = read_trace_key(str(failure["title"][0] or ""), failure["body"][0])
    keys = {"template_key": message_keys, "title_key": message_keys, "trace_key": [trace] if trace else []}
    return [
        set(chain.from_iterable(searched.copies[name].get(key, ()) for key in keys[name]))
        for name in COPY_KEYS
    ]


def _collect_group(
    group_id: str, shared: Sequence[SharedWithIssue], searched: SearchedIssues
) -> dict[str, Any]:
    """What is shared with a group, of what is shared with its issues, the most similar first."""
    issues = [searched.issues[pair.row] for pair in shared]
    few = sorted((pair.log_odds for pair in shared), reverse=True)[:_FEW_ISSUES]
    template_odds = [
        _compute_template_odds(issue.template_probability)
        for issue, pair in zip(issues, shared, strict=True)
        if pair.same_template
    ]
    return {
        "group_id": group_id,
        "pattern_id": issues[0].pattern_id,
        "issue_id": issues[0].issue_id,
        "similarity": max(pair.probability for pair in shared),
        "score": max((pair.score for pair in shared if pair.score is not None), default=0.0),
        "text": few[0],
        "support": sum(few) / len(few),
        **{name: float(any(getattr(pair, name) for pair in shared)) for name in _SAME},
        "template_odds": max(template_odds, default=0.0),
        "other_template": float(
            all(
                issue.kind == "machine" and not pair.same_template
                for issue, pair in zip(issues, shared, strict=True)
            )
        ),
        "size": math.log1p(searched.sizes[group_id]),
        "terms": shared[0].terms,
        "is_near_by_meaning": shared[0].is_near_by_meaning,
    }


def _compute_template_odds(probability: float | None) -> float:
    """The log odds that the issues of a template have one cause."""
    certain = ATOM_SIMILARITY["template"] if probability is None else probability
    certain = min(max(certain, 0.02), 0.99)
    return math.log(certain / (1 - certain))


def _add_margin(groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    first, second = [
        *sorted((group["text"] for group in groups), reverse=True),
        _MIN_LOG_ODDS,
        _MIN_LOG_ODDS,
    ][:2]
    return [
        {**group, "margin": group["text"] - (second if group["text"] >= first else first)} for group in groups
    ]
