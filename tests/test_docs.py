"""The documents agree with the repository: links resolve, commands, targets, settings and paths exist."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import yaml
from typer.main import get_command

from api.main import create_app
from causeloop_pipeline.cli import app
from causeloop_pipeline.settings import PROCESS_VARIABLE, ROOT, Settings
from tests.offenders import assert_no_offenders

FOLDERS = ("docs", "deploy", "packages")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(path for name in FOLDERS for path in (ROOT / name).rglob("*.md"))])
LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")
SETTING = re.compile(r"\bCAUSELOOP_[A-Z_]+[A-Z]\b")
PATH = re.compile(r"`((?:api|bench|causeloop_pipeline|dbt_project|deploy|docs|tests)/[\w./-]*)`")
OTHER_VARIABLES = {
    "CAUSELOOP_CELERY_BACKEND_URL",
    "CAUSELOOP_CELERY_BROKER_URL",
    "CAUSELOOP_DBT_DATABASE",
    "CAUSELOOP_DBT_EDITABLE_TEXTS",
    "CAUSELOOP_DBT_HOST",
    "CAUSELOOP_DBT_PORT",
    "CAUSELOOP_DBT_USER",
    "CAUSELOOP_IMAGE",
    "CAUSELOOP_DAGSTER_STORAGE_URL",
    "CAUSELOOP_KEY",  # of an agent
    "CAUSELOOP_SHARED",
    "CAUSELOOP_URL",
}
EXPLAINED = ("occurrence", "pattern", "chance", "proof", "tenancy")
MAX_AGENT_LINES = 40


def test_every_link_leads_somewhere() -> None:
    def find_problems(document: Path) -> Iterator[str]:
        for target in LINK.findall(document.read_text()):
            if re.match(r"https?:|mailto:", target):
                continue
            path, _, anchor = unquote(target).partition("#")
            linked = (document.parent / path).resolve() if path else document
            if not linked.exists() or (anchor and anchor not in anchors(linked)):
                yield f"links to {target}: no such file or heading"

    assert_no_offenders(DOCUMENTS, find_problems)


def test_every_command_exists() -> None:
    def find_problems(document: Path) -> Iterator[str]:
        yield from (f"`causeloop {' '.join(words)}`" for words in commands(document) if not is_command(words))

    assert_no_offenders(DOCUMENTS, find_problems)


def test_every_option_of_a_command_exists() -> None:
    """Those of commands in blocks; what stands in a sentence may be shortened."""

    def find_problems(document: Path) -> Iterator[str]:
        for line in command_lines(document):
            command, rest = find_command(line)
            options = {
                name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)
            }
            for word in rest:
                name = word.partition("=")[0]
                if name.startswith("--") and name not in options | {"--help", "--version"}:
                    yield f"`{' '.join(line)}`: no option {name}"

    assert_no_offenders(DOCUMENTS, find_problems)
    assert sum(len(command_lines(document)) for document in DOCUMENTS) > 40


def test_the_pages_that_explain_have_a_chart_and_a_figure_that_commands_write() -> None:
    figures = (ROOT / "docs" / "understand" / "figures.md").read_text().splitlines()
    sources = {"quality": (ROOT / "docs" / "quality.md").read_text().splitlines(), "speed": figures}

    def find_problems(page: Path) -> Iterator[str]:
        text = page.read_text()
        parts = re.findall(r"<!-- (quality|speed|tenancy) -->\n(.*?)<!-- /\1 -->", text, re.DOTALL)
        if "## Measured" not in text or not parts:
            yield "nothing measured"
        if ".svg)" not in text:
            yield "no chart"
        for name, part in parts:
            lines = [line for line in part.splitlines() if line.startswith("|")]
            yield from (
                f"not written by a command: {line}" for line in lines if line not in sources.get(name, lines)
            )

    assert_no_offenders([ROOT / "docs" / "understand" / f"{name}.md" for name in EXPLAINED], find_problems)


def test_there_are_as_many_operations_as_the_page_on_tenancy_states() -> None:
    operations = sum(len(path) for path in create_app().openapi()["paths"].values())

    stated = re.search(
        r"Each operation of the API, more than (\d+),", (ROOT / "docs/understand/tenancy.md").read_text()
    )

    assert stated is not None
    assert int(stated[1]) < operations < int(stated[1]) + 100


def test_every_make_target_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    def find_problems(document: Path) -> Iterator[str]:
        named = re.findall(r"(?:`|^ {4})make ([a-z][a-z-]*)", document.read_text(), re.MULTILINE)
        yield from (f"`make {name}`" for name in set(named) - targets)

    assert_no_offenders(DOCUMENTS, find_problems)


def test_every_setting_exists() -> None:
    settings = {f"CAUSELOOP_{name.upper()}" for name in Settings.model_fields} | OTHER_VARIABLES
    settings.add(PROCESS_VARIABLE)

    assert_no_offenders(DOCUMENTS, lambda document: set(SETTING.findall(document.read_text())) - settings)


def test_every_path_exists() -> None:
    def find_problems(document: Path) -> Iterator[str]:
        yield from (path for path in PATH.findall(document.read_text()) if not (ROOT / path).exists())

    assert_no_offenders(DOCUMENTS, find_problems)


def test_decisions_are_numbered_without_gaps_and_have_three_parts() -> None:
    decisions = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    numbers = [int(path.name[:4]) for path in decisions]

    assert numbers == list(range(1, len(decisions) + 1))
    assert len(numbers) > 20
    for path in decisions:
        headings = re.findall(r"^## (.+)$", path.read_text(), re.MULTILINE)
        assert headings == ["Context", "Decision", "Consequences"], path.name


def test_the_glossary_defines_each_term_once() -> None:
    terms = glossary_rows("The product's words") + glossary_rows("The field's words, as used here")

    assert len(terms) == len(set(terms)) > 50


def test_the_glossary_says_where_the_concepts_that_it_defines_begin() -> None:
    """That the files exist is another test's."""
    defined = glossary_rows("The product's words") + glossary_rows("The field's words, as used here")
    placed = glossary_rows("Where to begin")

    assert len(placed) == len(set(placed)) > 20
    assert set(placed) <= set(defined)


def test_the_notes_for_agents_are_short() -> None:
    assert len((ROOT / "AGENTS.md").read_text().splitlines()) <= MAX_AGENT_LINES


def test_the_files_for_the_forge_are_yaml() -> None:
    files = sorted((ROOT / ".github").rglob("*.yml"))

    assert len(files) > 5
    assert [path.name for path in files if not isinstance(yaml.safe_load(path.read_text()), dict)] == []


def glossary_rows(heading: str) -> list[str]:
    """The first cell of each row of a section's table."""
    section = (ROOT / "docs" / "glossary.md").read_text().split(f"## {heading}\n")[1].split("\n## ")[0]
    return re.findall(r"^\| ([^|]+) \| [^|]+ \|$", section, re.MULTILINE)[1:]


def is_command(words: list[str]) -> bool:
    """Whether the words are a command, as far as it has subcommands."""
    command: Any = get_command(app)
    for word in words:
        subcommands = getattr(command, "commands", {})
        if not subcommands:
            return True
        if word not in subcommands:
            return False
        command = subcommands[word]
    return True


def command_lines(document: Path) -> list[list[str]]:
    """The words of each `causeloop …` in a block, without what the shell does with its output."""
    fenced = re.findall(r"^```sh\n(.*?)^```", document.read_text(), re.MULTILINE | re.DOTALL)
    indented = re.findall(r"^ {4}(causeloop .+)$", document.read_text(), re.MULTILINE)
    lines = [line.partition(" #")[0] for block in fenced for line in block.splitlines()] + indented
    lines = [re.split(r" [|>&] ?", line)[0] for line in lines if line.startswith("causeloop ")]
    return [shlex.split(line)[1:] for line in lines]


def find_command(words: list[str]) -> tuple[Any, list[str]]:
    """The command that the first words name, and the rest of them."""
    command: Any = get_command(app)
    while words and words[0] in getattr(command, "commands", {}):
        command, words = command.commands[words[0]], words[1:]
    return command, words


def anchors(document: Path) -> set[str]:
    """The fragments of a document's headings, as forges make them."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def commands(document: Path) -> list[list[str]]:
    """The words of each `causeloop …` in code, as far as they may be subcommands."""
    code = re.findall(r"`([^`\n]+)`|^ {4}(.+)$", document.read_text(), re.MULTILINE)
    calls = [re.match(r"causeloop ((?:[a-z]+(?:-[a-z]+)* ?)+)", first or second) for first, second in code]
    return [call[1].split() for call in calls if call]
