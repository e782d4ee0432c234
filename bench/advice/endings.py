"""How often the advice names, among its first three, what was then done: `python -m bench.advice.endings`.

On public post-mortems in the order of time: what was done is read from the text on the mitigation, whose
sentences are removed from what is advised on; only earlier reports are known. Beside it the three commonest
endings so far, and those of the ten nearest earlier reports by TF-IDF. Exits 1 when a peer is better.
"""

import re
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from sklearn.feature_extraction.text import TfidfVectorizer

from bench.data.shared_folder import find_shared_file
from causeloop_pipeline.analysis.act.ending_actions import NOTHING_DONE, find_action
from causeloop_pipeline.analysis.act.family_decision import read_failure
from causeloop_pipeline.analysis.act.likely_endings import rank_likely_endings
from causeloop_pipeline.analysis.act.stated_causes import read_stated_cause
from causeloop_pipeline.analysis.evaluation.cause_report import remove_text

FIRST, NEIGHBOURS, LEARNED = 3, 10, 30
DRAWS = 1_000
_DETAILS = re.compile(r"details=(?P<text>.*?)(?:;troubleshooting=|$)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Report:
    """A report without what was done, the kinds of failure that it shows, and what was done."""

    text: str
    kinds: Sequence[str]
    action: str


def main() -> int:
    """Measure, print and judge."""
    reports = read_reports()
    hits: dict[str, list[bool]] = {name: [] for name in ("causeloop", "commonest ending", "tf-idf")}
    neighbours = rank_neighbours(reports)
    for number in range(LEARNED, len(reports)):
        earlier, report = reports[:number], reports[number]
        answers = answer(report, earlier, neighbours[number])
        for name, ranked in answers.items():
            hits[name].append(report.action in ranked[:FIRST])
    shares = {name: float(np.mean(each)) for name, each in hits.items()}
    print(f"{len(reports) - LEARNED} reports with a stated ending, {LEARNED} before them")
    print("| method | names it among three | 95 % |\n|---|---|---|")
    for name, each in hits.items():
        low, high = estimate_bounds(np.array(each))
        print(f"| {name} | {shares[name]:.3f} | {low:.3f} to {high:.3f} |")
    return 0 if shares["causeloop"] >= max(shares.values()) else 1


def read_reports() -> list[Report]:
    """The public post-mortems whose mitigation tells of an action, oldest first."""
    table = pl.read_parquet(find_shared_file("data/incidents/postmortems_with_cause.parquet"))
    reports = []
    for row in table.sort("created_at", "id").iter_rows(named=True):
        details = _DETAILS.search(row["mitigation"] or "")
        action = find_action(details["text"]) if details else None
        if details and action and action.kind != NOTHING_DONE:
            text = f"{row['title']}\n{remove_text(row['description'] or '', details['text'])}"
            reports.append(Report(text, list_kinds(text), action.kind))
    return reports


def list_kinds(text: str) -> list[str]:
    """What a report shows of its failure: the stated cause, or else its family."""
    cause = read_stated_cause(text)
    if cause is not None:
        return [cause.kind]
    family = read_failure(text, None, []).family
    return [family.family] if family else []


def answer(report: Report, earlier: Sequence[Report], nearest: Sequence[int]) -> Mapping[str, list[str]]:
    """Each method's actions, the likeliest first."""
    common = [action for action, _ in Counter(each.action for each in earlier).most_common()]
    votes = Counter(earlier[number].action for number in nearest)
    return {
        "causeloop": rank_likely_endings(
            [
                [each.action for each in earlier],
                [each.action for each in earlier if set(each.kinds) & set(report.kinds)],
                [earlier[number].action for number in nearest],
            ]
        ),
        "commonest ending": common,
        "tf-idf": [action for action, _ in votes.most_common()],
    }


def rank_neighbours(reports: Sequence[Report]) -> list[list[int]]:
    """The nearest earlier reports of each, by the cosine of TF-IDF."""
    vectors = TfidfVectorizer(sublinear_tf=True, stop_words="english").fit_transform(
        [report.text for report in reports]
    )
    similar = (vectors @ vectors.T).toarray()
    return [np.argsort(-similar[number, :number])[:NEIGHBOURS].tolist() for number in range(len(reports))]


def estimate_bounds(hits: np.ndarray) -> tuple[float, float]:
    """The 95 % interval of a share, by bootstrap."""
    draws = np.random.default_rng(0).integers(0, len(hits), (DRAWS, len(hits)))
    low, high = np.quantile(hits[draws].mean(axis=1), (0.025, 0.975))
    return float(low), float(high)


if __name__ == "__main__":
    sys.exit(main())
