"""Recommendations of the demo and of imported files, judged: `python -m bench.advice.rubric [--print]`.

The rubric; a recommendation passes when all four hold:

- specific: it names one thing to change, in one place that somebody owns; it would not fit any other pattern.
- domain: the steps are what people of that domain do about such a failure, in their words.
- evidence: title or reasons say what was counted, and of how many, and the number of issues is right.
- actionable: the first steps can be done tomorrow, and one can say afterwards whether they were done.

Of the demo at five days of its year, and of the files of `imports.py`, each text counts once, and of each
the first hundred: the demo's by date, workspace and rank, those of files in turns, so that no file has
the most. What was judged stands in rubric.csv by a digest of the text without its numbers, so that it holds
while the text says the same. `--print` prints what is not judged, `--no-demo` and `--no-imports` leave out
one. Exits 1 when fewer than 80 of 100 pass, of the demo, of the files or together, or some are not judged.
"""

import csv
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from itertools import zip_longest
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.advice.imports import advise_on_import, list_imports
from bench.data.demo_workspaces import (
    EPOCH,
    list_workspaces,
    read_demo_changes,
    read_demo_endings,
    read_demo_issues,
)
from causeloop_pipeline.analysis import loop
from causeloop_pipeline.analysis.act.closings import group_stated_endings, list_closings
from causeloop_pipeline.analysis.act.pattern_evidence import Experience
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
    lists = {"demo": list_pieces, "imports": list_pieces_of_imports}
    pieces = {
        name: list_them()[:COUNT] for name, list_them in lists.items() if f"--no-{name}" not in sys.argv
    }
    if len(pieces) == len(lists):
        pieces["together"] = [piece for group in pieces.values() for piece in group]
    if "--print" in sys.argv:
        for piece in {each.digest: each for group in pieces.values() for each in group}.values():
            if piece.digest not in judged:
                print(f"{piece.digest} {piece.workspace} {piece.day:%Y-%m-%d}\n{piece.text}\n")
    print(f"| recommendations of | judged | {' | '.join(CRITERIA)} | all four | not judged |")
    print("|---|---|" + "---|" * (len(CRITERIA) + 2))
    return max([_print_judgements(name, group, judged) for name, group in pieces.items()])


def _print_judgements(name: str, pieces: Sequence[Piece], judged: Mapping[str, Mapping[str, str]]) -> int:
    """Print one row; 1 where too few pass or some are not judged."""
    judgements = [judged[piece.digest] for piece in pieces if piece.digest in judged]
    passed = sum(all(row[each] == "1" for each in CRITERIA) for row in judgements)
    counts = [sum(row[each] == "1" for row in judgements) for each in CRITERIA]
    unjudged = len(pieces) - len(judgements)
    print(f"| {name} | {len(judgements)} | {' | '.join(map(str, counts))} | {passed} | {unjudged} |")
    return int(passed < MIN_PASSED / COUNT * len(pieces) or unjudged > 0)


def list_pieces() -> list[Piece]:
    """Every text once, by date, workspace and rank."""
    pieces: dict[str, Piece] = {}
    for days in DAYS_BEFORE:
        as_of = EPOCH - timedelta(days=days)
        for workspace, timezone in list_workspaces().items():
            for piece in _write_pieces(workspace, as_of, advise_on_demo(workspace, timezone, as_of)):
                pieces.setdefault(piece.digest, piece)
    return list(pieces.values())


def list_pieces_of_imports() -> list[Piece]:
    """Every text once, a piece of each file in turn, so that the largest file does not fill the hundred."""
    queues: list[list[Piece]] = []
    with TemporaryDirectory() as folder:
        for source in list_imports():
            advised = advise_on_import(source, Path(folder))
            pieces = [piece for at, advice in advised for piece in _write_pieces(source.name, at, advice)]
            queues.append(list({piece.digest: piece for piece in pieces}.values()))
    turns = (piece for turn in zip_longest(*queues) for piece in turn if piece is not None)
    return list({piece.digest: piece for piece in turns}.values())


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
    closings = list_closings(grouping.members, occurrences)
    endings = group_stated_endings(closings, read_demo_endings(workspace, as_of), as_of=as_of)
    experience = Experience(endings=endings, findings={})
    return advise(
        RecommendationInputs(
            grouping.patterns, summaries, predictions, risks, clusters, experience=experience
        ),
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
