"""The matrix of what was proved of each connector type: `docs/connectors.md`."""

from collections.abc import Mapping
from pathlib import Path

from causeloop_pipeline.connectors.proofs import FAILED, PROVED, Proofs
from causeloop_pipeline.connectors.spec import Connector

BEGIN, END = "<!-- connectors -->", "<!-- /connectors -->"
LABELS = ("pull", "push", "backfill", "refresh", "changes", "tickets", "drift", "kill")
MARKS = {PROVED: "✓", FAILED: "✗", "": ""}


def write_matrix(path: Path, connectors: Mapping[str, Connector], proofs: Mapping[str, Proofs]) -> None:
    """Put the matrix between its marks; the file is made where there is none."""
    text = path.read_text(encoding="utf-8") if path.exists() else f"# Connectors\n\n{BEGIN}\n{END}\n"
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    path.write_text(f"{before}{BEGIN}\n{render_matrix(connectors, proofs)}{END}{after}", encoding="utf-8")


def render_matrix(connectors: Mapping[str, Connector], proofs: Mapping[str, Proofs]) -> str:
    """The Markdown table; an empty cell was not run, so that no cell claims what was not."""
    heads = ["type", "tool", "category", "plan", *LABELS, "described by"]
    tools = sorted(connectors.values(), key=lambda tool: (tool.category, tool.name))
    lines = [_row(heads), _row(["---"] * len(heads))]
    lines += [_row(_cells(tool, proofs.get(tool.name, Proofs(type=tool.name)))) for tool in tools]
    return "\n".join(lines) + "\n"


def _cells(tool: Connector, proofs: Proofs) -> list[str]:
    marks = [MARKS[getattr(proofs, name)] for name in LABELS]
    return [f"`{tool.name}`", tool.title, str(tool.category), tool.plan, *marks, proofs.described_by]


def _row(cells: list[str]) -> str:
    return "|" + "|".join(f" {cell} " if cell else " " for cell in cells) + "|"
