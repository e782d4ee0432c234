"""`causeloop evaluate semantic FOLDER`: what the search by meaning adds to the search by words."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import polars as pl
import typer

from causeloop_pipeline.cli.chosen_encoder import load_encoder
from causeloop_pipeline.cli.commands.analyze import Json, MaxBadRows
from causeloop_pipeline.cli.issue_input import MAX_BAD_ROWS
from causeloop_pipeline.cli.labelled_sets import LabelledSet, find_labelled_sets, read_labelled_set
from causeloop_pipeline.cli.output.help import show_examples
from causeloop_pipeline.cli.output.terminal import build_table, fail, print_json_lines, stderr, stdout

if TYPE_CHECKING:
    from causeloop_pipeline.encoder.sentence_encoder import SentenceEncoder

EXAMPLES = show_examples("evaluate semantic sets/", "evaluate semantic sets/ --queries 100")
FIGURES = ("queries", "seen", "ece", "ece_first", "ece_new", "first", "among_five")


def measure_semantic_search(
    folder: Annotated[Path, typer.Argument(help="Folder of labelled issues, as `analyze` takes them.")],
    label: Annotated[
        str, typer.Option(metavar="COLUMN", help="The true group of each issue.")
    ] = "group_label",
    queries: Annotated[int, typer.Option(min=3, help="Issues of each file that are queried.")] = 300,
    max_bad_rows: MaxBadRows = MAX_BAD_ROWS,
    seed: Annotated[int, typer.Option(help="Seed of the choice of issues.")] = 0,
    as_json: Json = False,
) -> None:
    """Search labelled issues by words, and by meaning too with the encoder that the settings name."""
    encoder = load_encoder()
    paths = find_labelled_sets(folder, label)
    if not paths:
        fail(f"no file below {folder} has a column {label!r}: name the column with --label")
    rows = []
    for path in paths:
        labelled = read_labelled_set(path, label, max_bad_rows)
        with stderr().status(f"searching {path.stem}"):
            rows += [{"set": path.stem, **figures} for figures in _measure(labelled, queries, seed, encoder)]
    table = pl.DataFrame(rows)
    if as_json:
        print_json_lines("figure", table)
        return
    figures = [name for name in table.columns if name not in ("set", "search")]
    stdout().print(build_table("Words, and meaning too", table.columns, table.rows(), right=figures))


def _measure(
    labelled: LabelledSet, queries: int, seed: int, encoder: "SentenceEncoder"
) -> list[dict[str, Any]]:
    """Two rows for a set: of "have I seen this before", and of the search for similar issues."""
    from causeloop_pipeline.analysis.evaluation.encoded_issues import encode_issues
    from causeloop_pipeline.analysis.evaluation.seen_before_report import (
        measure_answers,
        measure_search,
        query_issues,
    )

    issues, labels = labelled.issues, labelled.labels
    rows = []
    for name, encoded in (("words", None), ("meaning too", encode_issues(issues, encoder.encode))):
        answers = measure_answers(query_issues(issues, labels, limit=queries, seed=seed, encoded=encoded))
        figures = {figure: answers[figure] for figure in FIGURES} | measure_search(issues, labels, encoded)
        rows.append({"search": name, **{figure: round(value, 3) for figure, value in figures.items()}})
    return rows
