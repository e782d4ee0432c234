"""A hundred recommendations of the demo, judged: `python -m bench.advice.rubric [--print]`.

The rubric; a recommendation passes when all four hold:

- specific: it names one thing to change, in one place that somebody owns; it would not fit any other pattern.
- domain: the steps are what people of that domain do about such a failure, in their words.
- evidence: title or reasons say what was counted, and of how many, and the number of issues is right.
- actionable: the first steps can be done tomorrow, and one can say afterwards whether they were done.

The recommendations are those of the demo's three workspaces at five days of its year, each text once, and
the first hundred of them by date, workspace and rank. What was judged stands in rubric.csv by a digest of the
text without its numbers, so that it holds while the text says the same. `--print` prints what is not judged.
Exits 1 when fewer than 80 of 100 pass, or some are not judged.
"""

import csv
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from pathlib import Path

from bench.data.demo_workspaces import EPOCH, list_workspaces, read_demo_changes, read_demo_issues
from causeloop_pipeline.analysis import loop
from causeloop_pipeline.analysis.act.pattern_summaries import summarize_patterns
from causeloop_pipeline.analysis.act.recommendations import Advice, RecommendationInputs, advise
from causeloop_pipeline.analysis.detect.grouping.patterns import GroupingOptions
from causeloop_pipeline.analysis.detect.issue_occurrences import date_by_occurrences, list_issue_occurrences
from causeloop_pipeline.analysis.predict.predictions import RecurrenceInputs

JUDGED = Path(__file__).parent / "rubric.csv"
CRITERIA = ("specific", "domain", "evidence", "actionable")
DAYS_BEFORE = (0, 60, 120, 180, 240)
COUNT, MIN_PASSED = 100, 80


@dataclass(frozen=True, slots=True)
class Piece:
    """One recommendation or investigation, as people read it."""

    workspace: str
    day: datetime
    title: str
    text: str

    @property
    def digest(self) -> str:
        """What the judgement is kept under: the text without its numbers."""
        return blake2b(re.sub(r"\d+", "#", self.text).encode(), digest_size=8).hexdigest()


def main() -> int:
    """Judge, or print what is to be judged."""
    with JUDGED.open(encoding="utf-8", newline="") as file:
        judged = {row["digest"]: row for row in csv.DictReader(file)}
    pieces = list_pieces()[:COUNT]
    unjudged = [piece for piece in pieces if piece.digest not in judged]
    if "--print" in sys.argv:
        for piece in unjudged:
            print(f"{piece.digest} {piece.workspace} {piece.day:%Y-%m-%d}\n{piece.text}\n")
    judgements = [judged[piece.digest] for piece in pieces if piece.digest in judged]
    passed = sum(all(row[name] == "1" for name in CRITERIA) for row in judgements)
    for name in CRITERIA:
        print(f"{name}: {sum(row[name] == '1' for row in judgements)} of {len(judgements)}")
    print(f"pass all four: {passed} of {len(pieces)}; not judged: {len(unjudged)}")
    return 0 if passed >= MIN_PASSED / COUNT * len(pieces) and not unjudged else 1


def list_pieces() -> list[Piece]:
    """Every text once, by date, workspace and rank."""
    pieces: dict[str, Piece] = {}
    for days in DAYS_BEFORE:
        as_of = EPOCH - timedelta(days=days)
        for workspace, timezone in list_workspaces().items():
            for piece in _write_pieces(workspace, as_of, advise_on_demo(workspace, timezone, as_of)):
                pieces.setdefault(piece.digest, piece)
    return list(pieces.values())


def advise_on_demo(workspace: str, timezone: str, as_of: datetime) -> Advice:
    """The advice for one workspace of the demo on one day."""
    issues = read_demo_issues(workspace, as_of)
    occurrences = list_issue_occurrences(issues, None)
    facts, options = loop.GroupingFacts(occurrences=occurrences), GroupingOptions(namespace=workspace)
    _, grouping = loop.group(issues, facts, timezone=timezone, options=options)
    detected = (grouping.patterns, grouping.members)
    occurred = date_by_occurrences(issues, occurrences)
    clusters = loop.cluster(*detected, occurred, namespace=workspace).members
    inputs = RecurrenceInputs(
        loop.select_occurrences(grouping.members, occurred), changes=read_demo_changes(workspace, as_of)
    )
    predictions = loop.predict(inputs, grouping.patterns, as_of=as_of, timezone=timezone).predictions
    latest = occurred.unique("issue_id", keep="last", maintain_order=True)
    _, risks = loop.score_risk(*detected, latest, predictions, as_of=as_of)
    summaries = summarize_patterns(*detected, issues, occurrences, as_of=as_of)
    return advise(
        RecommendationInputs(grouping.patterns, summaries, predictions, risks, clusters),
        as_of=as_of,
        namespace=workspace,
    )


def _write_pieces(workspace: str, as_of: datetime, advice: Advice) -> Iterator[Piece]:
    for row in advice.recommendations.sort("rank").iter_rows(named=True):
        steps = "\n".join(f"  {number}. {step}" for number, step in enumerate(row["steps"], 1))
        yield Piece(workspace, as_of, row["title"], f"FIX {row['title']}\n{row['rationale']}\n{steps}")
    for row in advice.investigations.sort("place").iter_rows(named=True):
        note = f"Note: {row['to_note']}. It is {row['first_cause']} or {row['second_cause']}."
        yield Piece(workspace, as_of, row["title"], f"FIND OUT {row['title']}\n{note}")


if __name__ == "__main__":
    sys.exit(main())
