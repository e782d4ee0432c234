"""The matrix of what was run for each connector, as a table of `docs/connectors.md`."""

from collections.abc import Sequence
from pathlib import Path

from causeloop_pipeline.landing.conformance.verify import Verification

BEGIN, END = "<!-- conformance: begin -->", "<!-- conformance: end -->"
COLUMNS = {
    "pull": ("backfill over many pages", "new and changed records"),
    "faults": ("429 in each style", "reset in mid-body", "truncated JSON", "401 in mid-sync"),
    "paging": ("a page comes again", "a looping cursor", "next link to another host"),
    "drift": ("a record without an id", "an id of another type", "a new field", "hostile text"),
    "kill": ("killed at a random point",),
    "push": ("webhooks are read", "a webhook comes again", "bent webhooks"),
}


def write_matrix(path: Path, verified: Sequence[Verification]) -> None:
    """Put the matrix between its marks; the file is made where there is none."""
    text = path.read_text(encoding="utf-8") if path.exists() else f"# Connectors\n\n{BEGIN}\n{END}\n"
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    path.write_text(f"{before}{BEGIN}\n{render_matrix(verified)}{END}{after}", encoding="utf-8")


def render_matrix(verified: Sequence[Verification]) -> str:
    """The Markdown table; an empty cell was not run, so that no cell claims what was not."""
    heads = ["type", "category", *COLUMNS, "refresh", "changes", "tickets", "described by"]
    lines = [
        "Written by `causeloop connectors verify --write docs/connectors.md`: ✓ passed, ✗ failed, and where",
        "a cell is empty nothing was run.",
        "",
        "| " + " | ".join(heads) + " |",
        "| " + " | ".join("---" for _ in heads) + " |",
    ]
    lines += ["| " + " | ".join(_row(verification)) + " |" for verification in verified]
    return "\n".join(lines) + "\n"


def _row(verification: Verification) -> list[str]:
    connector = verification.connector
    cells = [_mark(verification.has_passed(*scenarios)) for scenarios in COLUMNS.values()]
    has_refresh = any(listed.refresh for listed in connector.pulls)
    facts = [has_refresh, bool(connector.changes), connector.tickets]
    return [
        connector.name,
        str(connector.category),
        *cells,
        *("yes" if is_true else "" for is_true in facts),
        _name_source(verification),
    ]


def _mark(is_passed: bool | None) -> str:
    return {None: "", True: "✓", False: "✗"}[is_passed]


def _name_source(verification: Verification) -> str:
    if verification.declaration_skipped:
        return ""
    wrong = [finding for finding in verification.findings if finding.what != "address"]
    if wrong:
        return f"vendor: {len(wrong)} differ"
    return "vendor, in part" if verification.findings else "vendor"
