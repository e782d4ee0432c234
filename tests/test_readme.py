"""The README agrees with the code."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.connectors.verification_labels import read_labels
from causeloop_pipeline.landing.conformance.matrix import render_matrix

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text()
QUALITY = (ROOT / "docs" / "quality.md").read_text()
FIGURES = ROOT / "docs" / "understand" / "figures.md"
MAX_LINES = 150


def section(name: str, text: str = README) -> str:
    """What stands between a section's two marks."""
    match = re.search(rf"<!-- {name} -->\n(.*?)<!-- /{name} -->", text, re.DOTALL)
    assert match is not None, f"there is no section {name}"
    return match.group(1)


def count_connectors() -> str:
    """The sentence on connectors, from the registry."""
    tools = CONNECTORS.values()
    polled = sum(bool(tool.pulls or tool.query or tool.configure) for tool in tools)
    pushed = sum(tool.webhook is not None for tool in tools)
    changes = sum(bool(tool.changes) for tool in tools)
    return (
        f"Connectors: {len(tools)} types, of which {polled} are polled, {pushed} take webhooks and "
        f"{changes} bring changes.\n"
    )


def headline_figures() -> dict[str, list[str]]:
    """Words of a row of the headline figures → the figures that docs/quality.md has for it."""
    left_out = section("left-out", QUALITY)
    means = re.search(
        r"^Means over the 12 sets: F1 0(\.\d+).+TF-IDF average link 0(\.\d+)", left_out, re.MULTILINE
    )
    better = re.search(
        r"^Significantly better in (\d+) of these (\d+) cells, significantly worse in (\d+)",
        QUALITY,
        re.MULTILINE,
    )
    assert means is not None
    assert better is not None
    traces = read_row("left-out", "reports with Java stack traces")
    transit = read_row("recurrence", "transit delays by station", "30")
    effectless = [row[2] for row in read_rows("proof") if row[0] == "no effect: at random"]
    return {
        "Which failures have one cause?": [*means.groups()],
        "reports with Java stack traces": [traces[2].split(" / ")[2], traces[5]],
        "When does it recur?": [*better.groups(), *transit[4].split(" / ")],
        "Which change broke it?": [
            read_row("triggers", "causeloop")[2],
            read_row("triggers", "tf-idf and recency")[2],
        ],
        "Which kind of cause": [
            read_row("causes", "causeloop", "right where a cause is named")[2],
            read_row("causes", "commonest label", "agrees with the first label")[2],
        ],
        "Did the fix hold?": [read_row("proof", "complete: 8 in 30 days")[2], *effectless],
    }


def read_rows(part: str) -> list[list[str]]:
    """The cells of each row of a part of docs/quality.md."""
    rows = [line for line in section(part, QUALITY).splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def read_row(part: str, *first: str) -> list[str]:
    """The cells of the first row of a part of docs/quality.md that begins with these."""
    return next(row for row in read_rows(part) if row[: len(first)] == list(first))


def test_it_is_short() -> None:
    assert len(README.splitlines()) <= MAX_LINES


def test_it_begins_with_two_commands() -> None:
    commands = re.findall(r"^ {4}(\S+ \S+)", README, re.MULTILINE)

    assert commands == ["make run", "make test"]
    assert README.index("make run") < README.index("```")


def test_the_counts_of_connectors_are_the_registrys() -> None:
    assert section("connectors") == count_connectors()


def test_the_list_of_connectors_is_the_registrys() -> None:
    """`causeloop connectors verify --write docs/connectors.md` writes it, with the labels of each type."""
    written = section("connectors", (ROOT / "docs" / "connectors.md").read_text())

    assert written == render_matrix(CONNECTORS, read_labels())
    assert set(read_labels()) == set(CONNECTORS)


def test_every_folder_of_the_map_is_there_and_every_package_is_on_it() -> None:
    table = README.split("## Map")[1].split("\n## ")[0]
    named = [
        path
        for row in re.findall(r"^\| (`.+?) \|", table, re.MULTILINE)
        for path in re.findall(r"`([a-z_/]+)`", row)
    ]
    packages = {
        f"causeloop_pipeline/{path.parent.name}" for path in ROOT.glob("causeloop_pipeline/*/__init__.py")
    }

    assert [path for path in named if not (ROOT / path).is_dir()] == []
    assert packages - set(named) == set()


def test_the_headline_figures_are_those_of_the_page_that_commands_write() -> None:
    rows = section("quality").splitlines()[2:]
    expected = headline_figures()

    assert len(rows) == len(expected)
    for words, figures in expected.items():
        (row,) = [row for row in rows if words in row]
        assert [
            figure for figure in figures if not re.search(rf"(?<![\d.]){re.escape(figure)}(?![\d])", row)
        ] == [], row


def test_the_page_of_figures_states_what_commands_have_written() -> None:
    page = " ".join(FIGURES.read_text().split())
    means = [
        re.search(r"^Means over .+$", section(part, QUALITY), re.MULTILINE)
        for part in ("grouping", "left-out")
    ]
    expected = headline_figures()
    better, cells, _ = expected["When does it recur?"][:3]
    ours, words = expected["Which change broke it?"]

    assert [line for line in means if line is None or line[0] not in page] == []
    assert f"Significantly better in {better} of the {cells} cells" in page
    assert f"among the first five for {ours}, where words and recency find {words} " in page
    assert f"its kind is named rightly in {expected['Which kind of cause'][0]} " in page


def test_the_speeds_are_rows_of_the_page_of_figures() -> None:
    rows = section("speed").splitlines()[2:]
    page = section("speed", FIGURES.read_text()).splitlines()

    assert len(rows) > 3
    assert [row for row in rows if row not in page] == []


def test_every_table_of_the_outputs_is_one_of_the_schema() -> None:
    files = (ROOT / "causeloop_pipeline" / "storage" / "database" / "schema").glob("*.sql")
    schema = "".join(path.read_text() for path in files)
    named = re.findall(
        r"`((?:core|detect|predict|act)\.[a-z_]+)`", README + (ROOT / "docs/index.md").read_text()
    )

    assert len(set(named)) > 15
    assert [table for table in named if f"create table {table} (" not in schema] == []


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
