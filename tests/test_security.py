"""What SECURITY.md and the threat model claim is shown by tests that exist."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from causeloop_pipeline.settings import ROOT
from tests.offenders import assert_no_offenders

DOCUMENTS = [ROOT / "SECURITY.md", ROOT / "docs" / "security.md"]
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
CALLED = re.compile(r"`pytest ([^`]+)`")
FINDINGS = {
    *(f"H{n}" for n in range(1, 7)),
    *(f"M{n}" for n in range(1, 16)),
    *(f"N{n}" for n in range(1, 12)),
}
LOWS = 18
LEFT_OUT = {"skip", "xfail"}
"""Marks of tests that show nothing."""


@cache
def list_tests(path: Path) -> frozenset[str]:
    """The names of a file's tests, but for those that are left out."""
    tree = ast.parse(path.read_text())
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return frozenset(
        node.name for node in functions if node.name.startswith("test_") and not _is_left_out(node)
    )


def _is_left_out(test: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    marks = (node for decorator in test.decorator_list for node in ast.walk(decorator))
    return any(isinstance(node, ast.Attribute) and node.attr in LEFT_OUT for node in marks)


def read_rows(heading: str) -> list[list[str]]:
    """The cells of the rows of the table below a heading of SECURITY.md."""
    section = DOCUMENTS[0].read_text().split(f"## {heading}\n")[1].split("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| ")]
    return rows[1:]


def test_every_test_that_is_named_exists() -> None:
    def find_problems(document: Path) -> Iterator[str]:
        text = document.read_text()
        for file, name in NAMED.findall(text):
            if not (ROOT / file).exists() or name not in list_tests(ROOT / file):
                yield f"{file}::{name}"
        for arguments in CALLED.findall(text):
            yield from (path for path in arguments.split() if path[0] != "-" and not (ROOT / path).exists())

    assert sum(len(NAMED.findall(document.read_text())) for document in DOCUMENTS) > 60
    assert_no_offenders(DOCUMENTS, find_problems)


def test_every_finding_has_a_row_and_every_row_a_test() -> None:
    rows = read_rows("Findings of attacks")

    assert {row[0].split(" ")[0] for row in rows} - {"low:"} == FINDINGS
    assert len([row for row in rows if row[0].startswith("low:")]) == LOWS
    assert [row[0] for row in rows if len(row) != 3 or not NAMED.search(row[2])] == []


def test_every_entry_point_of_the_threat_model_has_a_test() -> None:
    section = DOCUMENTS[1].read_text().split("## Entry points\n")[1].split("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| ")][2:]

    assert len(rows) > 12
    assert [row for row in rows if not NAMED.search(row)] == []
