"""How well "have I seen this before" answers: labelled issues are played back, later ones are queried."""

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Bools, Floats
from causeloop_pipeline.analysis.detect.fingerprints.canonical_issues import canonical_issues
from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import fingerprint_issues
from causeloop_pipeline.analysis.detect.grouping.patterns import GroupingOptions, group_issues
from causeloop_pipeline.analysis.detect.seen_before.evidence import collect_evidence
from causeloop_pipeline.analysis.detect.seen_before.match_probability import estimate_probabilities
from causeloop_pipeline.analysis.detect.seen_before.searched_issues import prepare_issues
from causeloop_pipeline.analysis.detect.similar_issues import find_similar_to_each
from causeloop_pipeline.analysis.evaluation.encoded_issues import EncodedIssues
from causeloop_pipeline.analysis.evaluation.grouping_metrics import recall_at

ORIGINS = (0.6, 0.75, 0.9)
"""Shares of the issues, the oldest, that are history in turn when the next ones are queried."""

QUERIED_SHARE = 0.1
MAX_SHOWN = 5
RANKS = (1, 10)
_BINS = 10


@dataclass(frozen=True, slots=True)
class QueriedIssue:
    """A later issue: the evidence for each group, which groups have its label, whether any issue has it."""

    evidence: pl.DataFrame
    is_right: Bools
    was_seen: bool
    weight: float = 1.0


def query_issues(
    issues: pl.DataFrame,
    labels: pl.Series,
    *,
    limit: int,
    seed: int = 0,
    encoded: EncodedIssues | None = None,
) -> list[QueriedIssue]:
    """Asks about the later issues of a labelled set, each time with what is older as history.

    In: `ISSUE_SCHEMA`, the label of each (null: a distractor), how many to ask about at most, the seed of the
    choice; the vectors of the issues, None to search by words alone. Out: the answers' evidence. A group is
    right where most of its labelled issues have the label.
    """
    label_of = dict(zip(issues["issue_id"], labels, strict=True))
    table = _order_issues(canonical_issues(issues), seed)
    queried = []
    for origin in ORIGINS:
        begins, ended = (int(share * table.height) for share in (origin, origin + QUERIED_SHARE))
        queried += _query_at_origin(
            table[:begins], table[begins:ended], label_of, (limit // len(ORIGINS), seed), encoded
        )
    return [replace(failure, weight=1.0 / len(queried)) for failure in queried]


def _order_issues(table: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Issues by date; those of a set without dates in an order of chance."""
    if table["source_created_at"].null_count() < table.height:
        return table
    return table[np.random.default_rng(seed).permutation(table.height)]


def _query_at_origin(
    history: pl.DataFrame,
    later: pl.DataFrame,
    label_of: dict[str, str | None],
    chosen: tuple[int, int],
    encoded: EncodedIssues | None,
) -> list[QueriedIssue]:
    limit, seed = chosen
    fingerprints = fingerprint_issues(history)
    grouping = group_issues(history, fingerprints, options=GroupingOptions(namespace="evaluation"))
    searched = prepare_issues(history, fingerprints, grouping.members)
    model = grouping.index.model
    labels_of_group = count_labels(searched.table, label_of)
    seen_labels = {label_of[issue] for issue in history["issue_id"]}
    rows = [row for row, issue in enumerate(later["issue_id"]) if label_of[issue] is not None]
    queried = []
    for row in np.random.default_rng(seed).permutation(rows)[:limit].tolist():
        failure = later[row]
        issue_id = failure["issue_id"][0]
        label = label_of[issue_id]
        semantic = encoded.compare_issue(issue_id, searched.table["issue_id"].to_list()) if encoded else None
        evidence = collect_evidence(failure, [failure["title"][0] or ""], searched, model, semantic)
        is_right = np.array(
            [labels_of_group.get(group) == label for group in evidence["group_id"]], dtype=bool
        )
        queried.append(QueriedIssue(evidence, is_right, label in seen_labels))
    return queried


def count_labels(table: pl.DataFrame, label_of: dict[str, str | None]) -> dict[str, str | None]:
    """Finds the commonest label of each group. In: issues with their group, their labels. Out: by group."""
    labels = pl.Series("label", [label_of[issue] for issue in table["issue_id"]], dtype=pl.String)
    counted = table.select("group_id").hstack([labels]).drop_nulls().group_by("group_id", "label").len()
    commonest = counted.sort("len", "label", descending=[True, False]).unique(
        "group_id", keep="first", maintain_order=True
    )
    return dict(commonest.select("group_id", "label").iter_rows())


def measure_answers(
    queried: list[QueriedIssue], weights: Floats | None = None, *, report_share: float = 0.0
) -> dict[str, float]:
    """Measures the answers.

    In: what was queried; other weights than the product's; the share of people's reports in it. Out: the
    expected calibration error of all displayed probabilities (groups, and "new"), of the first answer alone,
    and of "new"; the Brier score of "new"; how often the right group is first, and among the five displayed,
    of those that were seen; the number queried.
    """
    displayed, first, new, hits = [], [], [], []
    for failure in queried:
        probability, of_new = estimate_probabilities(failure.evidence, weights, report_share=report_share)
        order = np.argsort(-probability, kind="stable")[:MAX_SHOWN]
        right = failure.is_right[order]
        pairs = list(zip(probability[order].tolist(), right.tolist(), strict=True))
        is_new = not failure.was_seen
        displayed += [*pairs, (of_new, is_new)]
        new.append((of_new, is_new))
        first += pairs[:1]
        if failure.was_seen:
            hits.append((bool(right[:1].any()), bool(right.any())))
    return {
        "queries": len(queried),
        "seen": len(hits) / max(len(queried), 1),
        "ece": measure_calibration(displayed),
        "ece_first": measure_calibration(first),
        "ece_new": measure_calibration(new),
        "brier_new": float(np.mean([(p - y) ** 2 for p, y in new])) if new else 0.0,
        "first": float(np.mean([is_first for is_first, _ in hits])) if hits else float("nan"),
        "among_five": float(np.mean([is_among for _, is_among in hits])) if hits else float("nan"),
    }


def measure_calibration(pairs: list[tuple[float, bool]]) -> float:
    """The expected calibration error. In: probabilities and what was true. Out: by ten bins of one width."""
    if not pairs:
        return 0.0
    probability, outcome = (np.array(column, dtype=np.float64) for column in zip(*pairs, strict=True))
    place = np.minimum((probability * _BINS).astype(int), _BINS - 1)
    gaps = [
        abs(float(probability[place == each].mean() - outcome[place == each].mean()))
        * float((place == each).mean())
        for each in np.unique(place).tolist()
    ]
    return float(sum(gaps))


def measure_search(
    issues: pl.DataFrame, labels: pl.Series, encoded: EncodedIssues | None
) -> dict[str, float]:
    """Measures the search for similar issues.

    In: issues and their labels; their vectors, None to search by words alone. Out: recall@1 and recall@10.
    """
    label_of = {
        issue: label for issue, label in zip(issues["issue_id"], labels, strict=True) if label is not None
    }
    ids = pl.Series(sorted(label_of), dtype=pl.String)
    vector_of = encoded.vector_of if encoded else None
    similar = find_similar_to_each(issues, ids, limit=max(RANKS), vector_of=vector_of)
    return recall_at(similar, label_of, RANKS)
