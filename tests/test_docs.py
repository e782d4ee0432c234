"""The documents agree with the repository: links resolve, commands, targets, settings and paths exist."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest
import yaml
from typer.main import get_command

from causeloop_pipeline.cli import app
from causeloop_pipeline.settings import ROOT, Settings

DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "deploy").rglob("*.md")])
LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")
SETTING = re.compile(r"\bCAUSELOOP_[A-Z_]+[A-Z]\b")
PATH = re.compile(r"`((?:api|bench|causeloop_pipeline|dbt_project|deploy|docs|tests)/[\w./-]*)`")
OTHER_VARIABLES = {
    "CAUSELOOP_CELERY_BACKEND_URL",
    "CAUSELOOP_CELERY_BROKER_URL",
    "CAUSELOOP_DAGSTER_STORAGE_URL",
    "CAUSELOOP_SHARED",
}
MAX_AGENT_LINES = 40

documents = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())


@documents
def test_every_link_leads_somewhere(document: Path) -> None:
    for target in LINK.findall(document.read_text()):
        if re.match(r"https?:|mailto:", target):
            continue
        path, _, anchor = unquote(target).partition("#")
        linked = (document.parent / path).resolve() if path else document
        assert linked.exists(), f"{document.name} links to {target}, which does not exist"
        if anchor:
            assert anchor in anchors(linked), f"{document.name} links to {target}: no such heading"


@documents
def test_every_command_exists(document: Path) -> None:
    for words in commands(document):
        command = get_command(app)
        for word in words:
            subcommands = getattr(command, "commands", {})
            if not subcommands:
                break
            assert word in subcommands, f"{document.name} names `causeloop {' '.join(words)}`"
            command = subcommands[word]


@documents
def test_every_make_target_exists(document: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    text = document.read_text()

    for name in re.findall(r"(?:`|^ {4})make ([a-z][a-z-]*)", text, re.MULTILINE):
        assert name in targets, f"{document.name} names `make {name}`"


@documents
def test_every_setting_exists(document: Path) -> None:
    settings = {f"CAUSELOOP_{name.upper()}" for name in Settings.model_fields}

    assert set(SETTING.findall(document.read_text())) <= settings | OTHER_VARIABLES


@documents
def test_every_path_exists(document: Path) -> None:
    for path in PATH.findall(document.read_text()):
        assert (ROOT / path).exists(), f"{document.name} names {path}, which does not exist"


def test_decisions_are_numbered_without_gaps_and_have_three_parts() -> None:
    decisions = sorted((ROOT / "docs" / "decisions").glob("*.md"))

    assert [int(path.name[:4]) for path in decisions] == list(range(1, len(decisions) + 1))
    for path in decisions:
        headings = re.findall(r"^## (.+)$", path.read_text(), re.MULTILINE)
        assert headings == ["Context", "Decision", "Consequences"], path.name


def test_the_glossary_defines_each_term_once() -> None:
    rows = re.findall(r"^\| ([^|]+) \| [^|]+ \|$", (ROOT / "docs" / "glossary.md").read_text(), re.MULTILINE)
    terms = [row for row in rows if row != "term"]

    assert len(terms) == len(set(terms)) > 50


def test_the_notes_for_agents_are_short() -> None:
    assert len((ROOT / "AGENTS.md").read_text().splitlines()) <= MAX_AGENT_LINES


@pytest.mark.parametrize("path", sorted((ROOT / ".github").rglob("*.yml")), ids=lambda path: path.name)
def test_the_files_for_the_forge_are_yaml(path: Path) -> None:
    assert isinstance(yaml.safe_load(path.read_text()), dict)


def test_commit_hooks_use_programs_of_the_lock_file() -> None:
    (local,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    locked = re.findall(r"^([\w.-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE)

    for hook in local["hooks"]:
        program = hook["entry"].split()[0].removeprefix(".venv/bin/")
        assert program in {"python", *locked}


def anchors(document: Path) -> set[str]:
    """The fragments of a document's headings, as forges make them."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def commands(document: Path) -> list[list[str]]:
    """The words of each `causeloop …` in code, as far as they may be subcommands."""
    code = re.findall(r"`([^`\n]+)`|^ {4}(.+)$", document.read_text(), re.MULTILINE)
    calls = [re.match(r"causeloop ((?:[a-z]+ ?)+)", first or second) for first, second in code]
    return [call[1].split() for call in calls if call]
