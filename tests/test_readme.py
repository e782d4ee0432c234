"""The README agrees with the code."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.connectors.spec import Category
from causeloop_pipeline.connectors.verification_labels import read_labels
from causeloop_pipeline.landing.conformance.matrix import render_matrix
from causeloop_pipeline.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text()


def section(name: str, text: str = README) -> str:
    """What stands between a section's two marks."""
    match = re.search(rf"<!-- {name} -->\n(.*?)<!-- /{name} -->", text, re.DOTALL)
    assert match is not None, f"there is no section {name}"
    return match.group(1)


def category_table() -> str:
    """How many connectors of each category there are, and what they do."""
    rows = []
    for category in Category:
        tools = [tool for tool in CONNECTORS.values() if tool.category is category]
        polled = sum(bool(tool.pulls or tool.query or tool.configure) for tool in tools)
        pushed = sum(tool.webhook is not None for tool in tools)
        changes = sum(bool(tool.changes) for tool in tools)
        rows.append(f"| {category} | {len(tools)} | {polled} | {pushed} | {changes} |")
    head = ["| category | types | polled | webhook | changes |", "|---|---|---|---|---|"]
    return "\n".join([*head, *rows]) + "\n"


def settings_table() -> str:
    """The table that the settings give."""
    rows = [
        f"| `CAUSELOOP_{name.upper()}` | {_default(field.default)} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    return "\n".join(["| variable | default | meaning |", "|---|---|---|", *rows]) + "\n"


def _default(value: object) -> str:
    if value is None or repr(value) == "PydanticUndefined" or value == "":
        return ""
    return f"`{value}`"


def test_the_counts_of_connectors_are_the_registrys() -> None:
    assert section("connectors") == category_table()


def test_the_list_of_connectors_is_the_registrys() -> None:
    """`causeloop connectors verify --write docs/connectors.md` writes it, with the labels of each type."""
    written = section("connectors", (ROOT / "docs" / "connectors.md").read_text())

    assert written == render_matrix(CONNECTORS, read_labels())
    assert set(read_labels()) == set(CONNECTORS)


def test_the_settings_table_is_the_settings() -> None:
    assert section("settings") == settings_table()


def test_the_state_folder_is_described_too() -> None:
    assert "CAUSELOOP_STATE_DIR" in section("settings")


@pytest.mark.parametrize("path", re.findall(r"^\| `([a-z_/]+)` \| (?!one|What)", README, re.MULTILINE))
def test_every_folder_of_the_map_is_there(path: str) -> None:
    assert (ROOT / path).exists() or "." in path or path in CONNECTORS


@pytest.mark.parametrize(
    ("part", "rows"), [("grouping", 10), ("recurrence", 10), ("triggers", 2), ("causes", 2)]
)
def test_quality_is_shown_by_lines_of_the_page_that_commands_write(part: str, rows: int) -> None:
    page = section(part, (ROOT / "docs" / "quality.md").read_text()).splitlines()
    lines = section(part).splitlines()

    assert len(lines) == 2 + rows
    assert [line for line in lines if line not in page] == []


def test_every_table_of_the_outputs_is_one_of_the_schema() -> None:
    files = (ROOT / "causeloop_pipeline" / "storage" / "database" / "schema").glob("*.sql")
    schema = "".join(path.read_text() for path in files)

    for table in re.findall(r"^\| `((?:core|detect|predict|act)\.[a-z_]+)`", README, re.MULTILINE):
        assert f"create table {table} (" in schema


def test_every_dependency_is_justified() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = [*project["dependencies"], *project["optional-dependencies"]["server"]]
    names = {re.split(r"[\[<>=]", requirement)[0] for requirement in declared}
    justified = (ROOT / "docs" / "architecture.md").read_text().split("## Dependencies")[1]

    assert {name for name in names if not re.search(rf"\b{re.escape(name)}\b", justified)} == set()


def test_no_file_names_the_address_of_a_package_index() -> None:
    locks = {path.name: path.read_text() for path in ROOT.glob("requirements*.lock")}

    assert len(locks) == 3
    assert [name for name, lock in locks.items() if "http" + "s://" in lock] == []
    assert [name for name, lock in locks.items() if "--hash=sha256:" not in lock] == []


def test_every_command_that_is_named_exists() -> None:
    from typer.main import get_command

    from causeloop_pipeline.cli import app

    commands = set(get_command(app).commands)  # type: ignore[attr-defined]
    named = set(re.findall(r"causeloop ([a-z]+)\b", " ".join(re.findall(r"`([^`]+)`", README))))
    assert named <= commands


def test_the_sample_gives_the_printed_answer(tmp_path: Path) -> None:
    tickets = tmp_path / "tickets.csv"
    tickets.write_text(section("sample").replace("```", "").lstrip())
    command = [sys.executable, "-m", "causeloop_pipeline.cli", "analyze", str(tickets)]
    environment = {**os.environ, "COLUMNS": "110", "NO_COLOR": "1"}
    printed = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout

    for line in section("answer").replace("```", "").strip("\n").splitlines():
        assert line in printed
