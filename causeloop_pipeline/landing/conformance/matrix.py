"""The matrix of what was verified of each connector type: `docs/connectors.md`."""

from collections.abc import Mapping
from pathlib import Path

from causeloop_pipeline.connectors.guide import list_ends
from causeloop_pipeline.connectors.spec import Connector
from causeloop_pipeline.connectors.verification_labels import FAILED, PASSED, VerificationLabels
from causeloop_pipeline.model.issue import Identifies

BEGIN, END = "<!-- connectors -->", "<!-- /connectors -->"
LABELS = ("pull", "push", "backfill", "refresh", "changes", "tickets", "drift", "kill")
MARKS = {PASSED: "✓", FAILED: "✗", "": ""}


def write_matrix(
    path: Path, connectors: Mapping[str, Connector], labels: Mapping[str, VerificationLabels]
) -> None:
    """Put the matrix between its marks; the file is made where there is none."""
    text = path.read_text(encoding="utf-8") if path.exists() else f"# Connectors\n\n{BEGIN}\n{END}\n"
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    path.write_text(f"{before}{BEGIN}\n{render_matrix(connectors, labels)}{END}{after}", encoding="utf-8")


def render_matrix(connectors: Mapping[str, Connector], labels: Mapping[str, VerificationLabels]) -> str:
    """The Markdown table; an empty cell was not run, so that no cell claims what was not."""
    heads = ["type", "tool", "category", "plan", "ids name", "ends by", *LABELS, "described by"]
    tools = sorted(connectors.values(), key=lambda tool: (tool.category, tool.name))
    lines = [_render_row(heads), _render_row(["---"] * len(heads))]
    lines += [
        _render_row(_build_cells(tool, labels.get(tool.name, VerificationLabels(type=tool.name))))
        for tool in tools
    ]
    return "\n".join(lines) + "\n"


def _build_cells(tool: Connector, labels: VerificationLabels) -> list[str]:
    marks = [MARKS[getattr(labels, name)] for name in LABELS]
    declared = [_list_identified(tool), ", ".join(list_ends(tool))]
    return [
        f"`{tool.name}`",
        tool.title,
        str(tool.category),
        tool.plan,
        *declared,
        *marks,
        labels.described_by,
    ]


def _list_identified(tool: Connector) -> str:
    """What the ids of its records name."""
    named = {mapping.identifies for mapping in tool.issues}
    return ", ".join(value for value in Identifies if value in named)


def _render_row(cells: list[str]) -> str:
    return "|" + "|".join(f" {cell} " if cell else " " for cell in cells) + "|"
