"""Rows of what compilers and linters print: a finding a line, with the place in the code before its message.

`src/pay.py:3:5: error: Missing return statement  [return]`, as GCC, Clang, mypy, flake8, pylint, Ruff,
ShellCheck, yamllint, Go and javac write it; `src/pay.ts(3,5): error TS2322: …` as TypeScript and .NET do.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from causeloop_pipeline.landing.export_file.rows.file_row import FileRow
from causeloop_pipeline.landing.export_file.rows.text_lines import decode, read_lines

KINDS = r"fatal error|error|warning|note|info|style|hint|refactor|convention|critical"
PLACE = (
    r"(?P<file>(?=[^:(]*[A-Za-z<])(?:[A-Za-z]:(?=[\\/]))?[^\s:(][^:(]{0,300}?)"
    rf"(?::(?P<line>\d{{1,7}})(?::\d{{1,5}})?(?:-\d+(?::\d+)?)?(?::|(?=\s(?:{KINDS})\s))"
    r"|\((?P<row>\d{1,7})(?:,\d{1,5})?\)\s?:)"
)
CODE = r"[A-Z]{1,8}-?\d{2,6}"
NAMES_OF_CODE = r"(?:/[a-z][\w-]*){0,3}"
FINDING = re.compile(
    rf"\s*{PLACE}\s+(?:\[?(?P<kind>(?i:{KINDS}))\b(?:\[(?P<inner>[A-Z]\w+)\])?\]?\s?:?\s*)?"
    rf"(?:(?P<code>{CODE}){NAMES_OF_CODE}(?::|\s)\s*)?(?P<text>.*\w.*)"
)
RULE = re.compile(
    r"\s*(?:\[(?P<marked>[\w./@+-]{2,80})\]|\((?P<named>[a-z][\w./@+-]*-[\w./@+-]+|[a-z]{3,20})\))\s*$"
)
FIXABLE = re.compile(r"^\[\*\]\s*")
NOTES = frozenset({"note", "info", "hint"})
OF_LETTER = {"E": "error", "F": "error", "W": "warning", "C": "convention", "R": "refactor"}
"""What the letter of a code says where the line has no word for it, as pylint and flake8 have them."""
MAX_BODY = 8_000


def match_finding(line: str) -> re.Match[str] | None:
    """The parts of a finding, which has a column, a level or a code; None for any other text with a colon."""
    match = FINDING.match(line)
    if match is None:
        return None
    has_column = re.match(r"\s*\S+?:\d+:\d+:", line) or match["row"]
    return match if has_column or match["kind"] or match["code"] else None


def read_findings(content: BinaryIO) -> Iterator[FileRow]:
    """A row for each finding, with the lines below it that show the code; other lines are none."""
    number, finding = 0, dict[str, Any]()
    for place, line, _ in read_lines(content):
        text = decode(line).rstrip("\r\n")
        if match := match_finding(text):
            if finding:
                yield _make_row(number, finding)
            number, finding = place, _read(text, match)
        elif finding and (text[:1].isspace() or not text):
            finding["body"] = f"{finding['body']}\n{text}"[:MAX_BODY]
        elif text.strip():
            yield FileRow(place, {"title": text.strip()}, no_failure="a line beside the findings")
    if finding:
        yield _make_row(number, finding)


def count_findings(lines: Sequence[str]) -> int:
    """How many of some lines are findings."""
    return sum(match_finding(line) is not None for line in lines)


def _read(line: str, match: re.Match[str]) -> dict[str, Any]:
    text = FIXABLE.sub("", match["text"]).strip()
    rule = RULE.search(text)
    named = (rule["marked"] or rule["named"]) if rule else None
    code = match["code"] or match["inner"] or named
    kind = (match["kind"] or OF_LETTER.get((match["code"] or "")[:1], "")).lower()
    title = text[: rule.start()].strip() if rule and rule.start() else text
    finding = {
        "title": title,
        "error_type": code,
        "severity": "error" if kind == "fatal error" else kind,
        "component": match["file"].strip(),
        "line_number": match["line"] or match["row"],
        "body": line.strip(),
    }
    return {name: value for name, value in finding.items() if value}


def _make_row(number: int, finding: dict[str, Any]) -> FileRow:
    kind = finding.get("severity", "")
    return FileRow(number, finding, no_failure=f"a finding of the kind {kind}" if kind in NOTES else "")
