"""Messages of machines as people retell them: without some of their words, some of failures that are new.

Nobody has labelled such reports, so they are made: a report holds most of the words of a message, and may
begin with words of its own.
"""

import re
from collections.abc import Iterator

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import fingerprint_issues
from causeloop_pipeline.analysis.detect.grouping.patterns import GroupingOptions, group_issues
from causeloop_pipeline.analysis.detect.seen_before.evidence import collect_evidence
from causeloop_pipeline.analysis.detect.seen_before.searched_issues import prepare_issues
from causeloop_pipeline.analysis.evaluation.seen_before_report import QueriedIssue, count_labels

NEW_SHARE, HISTORY_SHARE = 0.3, 0.7
"""Of the labels, how many are kept out of the history; of the messages of the others, how many are in it."""
LEFT_OUT_SHARES = (0.1, 0.3, 0.5)
BEGINNINGS = ("", "we see ", "users report ", "again: ")
WORD = re.compile(r"[A-Za-z][A-Za-z_.'-]+|\S+")


def is_written_by_machines(issues: pl.DataFrame) -> bool:
    """Tells whether most titles are messages of machines. In: `ISSUE_SCHEMA`. Out: true above one half."""
    kinds = fingerprint_issues(issues)["kind"]
    return 2 * (kinds == "machine").sum() > len(kinds)


def retell(title: str, rng: np.random.Generator) -> str:
    """Retells a message. In: its title, a generator. Out: a report in its words."""
    words = WORD.findall(title)
    left_out = rng.choice(LEFT_OUT_SHARES)
    remaining = [word for word in words if rng.random() > left_out]
    text = " ".join(remaining if len(remaining) > 1 else words)
    return f"{rng.choice(BEGINNINGS)}{text.lower() if rng.random() < 0.5 else text}"


def query_retold(
    issues: pl.DataFrame, labels: pl.Series, *, report_share: float, seed: int = 0
) -> list[QueriedIssue]:
    """Asks about a message of each label, retold or as it is, with the messages of most labels as history.

    In: `ISSUE_SCHEMA` and the label of each; the share of reports, the rest are queried word for word; a
    seed. Out: the evidence of each answer.
    """
    rng = np.random.default_rng(seed)
    table = issues.with_columns(label=labels).drop_nulls("label")
    names = table["label"].unique().sort().to_list()
    new = rng.permutation(names)[: int(NEW_SHARE * len(names))].tolist()
    old = table.filter(~pl.col("label").is_in(new)).sample(fraction=HISTORY_SHARE, seed=seed)
    history = old.drop("label")
    fingerprints = fingerprint_issues(history)
    grouping = group_issues(history, fingerprints, options=GroupingOptions(namespace="evaluation"))
    searched = prepare_issues(history, fingerprints, grouping.members)
    labels_of_group = count_labels(searched.table, dict(old.select("issue_id", "label").iter_rows()))
    seen, queried = set(old["label"]), []
    for label, failure in _choose_failures(table, names, seed):
        title = retell(failure["title"][0], rng) if rng.random() < report_share else failure["title"][0]
        report = failure.with_columns(
            issue_id=pl.lit(""), title=pl.lit(title), body=pl.lit(None, pl.String), source=pl.lit("text")
        )
        evidence = collect_evidence(report, [title], searched, grouping.index.model)
        is_right = [labels_of_group.get(group) == label for group in evidence["group_id"]]
        queried.append(QueriedIssue(evidence, np.array(is_right, dtype=bool), label in seen))
    return queried


def _choose_failures(table: pl.DataFrame, names: list[str], seed: int) -> Iterator[tuple[str, pl.DataFrame]]:
    for name in names:
        yield name, table.filter(label=name).drop("label").sample(1, seed=seed)
