"""The site has every page, leads to each of them, and is built without one mistake."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from api.http.problem_codes import PROBLEM_CODES
from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.settings import ROOT, Settings
from causeloop_pipeline.storage.database.migrate import SCHEMA
from manual.folder import MERMAID, collect_pages, write_folder
from manual.links import OutsideLinkError, rewrite_links
from tests.offenders import assert_no_offenders

ZENSICAL = ROOT / ".venv" / "tools" / "bin" / "zensical"
GENERATED = {"connectors.md", "quality.md", "decisions/index.md"}
"""Pages that commands write, besides those of `look_up/`."""

MAX_PAGES = 30
OTHER_HOST = re.compile(
    r"""<(?:script|img|iframe|link(?! rel="canonical"))[^>]*\s(?:src|href)="((?:https?:)?//[^"]+)"""
)


class ConfigurationLoader(yaml.SafeLoader):  # type: ignore[misc]
    """Reads mkdocs.yml, which names functions of Python."""


ConfigurationLoader.add_multi_constructor("tag:yaml.org,2002:python/name:", lambda loader, name, node: name)


@cache
def pages() -> Mapping[str, str]:
    return collect_pages()


@cache
def navigation() -> list[str]:
    """The pages of the navigation, in order."""

    def list_pages(entry: Any) -> Iterator[str]:
        if isinstance(entry, str):
            yield entry
        for each in entry if isinstance(entry, list) else entry.values() if isinstance(entry, dict) else ():
            yield from list_pages(each)

    return list(list_pages(yaml.load((ROOT / "mkdocs.yml").read_text(), ConfigurationLoader)["nav"]))


def list_targets(page: str) -> list[str]:
    """What a page links to within the site, without headings."""
    text = re.sub(r"```.*?```", "", pages()[page], flags=re.DOTALL) if page.endswith(".md") else ""
    targets = re.findall(r"\]\(([^)\s#]+)(?:#[^)\s]*)?\)", text)
    return [target for target in targets if not re.match(r"[a-z]+:", target)]


def test_every_page_is_in_the_navigation_once_or_linked_from_a_page_that_is() -> None:
    assert len(navigation()) == len(set(navigation()))
    assert [page for page in navigation() if page not in pages()] == []
    reached = set(navigation())
    for page in (waiting := list(navigation())):
        targets = {os.path.normpath(Path(page).parent / target) for target in list_targets(page)}
        new = (targets & pages().keys()) - reached
        reached |= new
        waiting += sorted(new)
    assert pages().keys() - reached == set()


def test_the_navigation_has_at_most_thirty_pages_that_people_wrote() -> None:
    written = [page for page in navigation() if page not in GENERATED and not page.startswith("look_up/")]

    assert 20 < len(written) <= MAX_PAGES


def test_every_link_and_image_of_every_page_leads_to_a_page_or_file_of_the_site() -> None:
    def find_problems(page: str) -> Iterator[str]:
        for target in list_targets(page):
            name = os.path.normpath(Path(page).parent / target)
            if name not in pages() and not (ROOT / "docs" / name).is_file():
                yield f"links to {target}"

    assert_no_offenders({page: page for page in pages()}, find_problems)


def test_a_link_leads_to_the_page_that_is_made_of_its_file_and_is_refused_without_one() -> None:
    folder = ROOT / "docs" / "howto"

    rewritten = rewrite_links("[all](../../causeloop_pipeline/settings.py#top)", folder, "howto/deploy.md")

    assert rewritten == "[all](../look_up/settings.md#top)"
    with pytest.raises(OutsideLinkError, match=r"links to \.\./\.\./tests"):
        rewrite_links("[the tests](../../tests)", folder, "howto/deploy.md")


def test_the_reference_has_all_that_code_defines() -> None:
    settings = pages()["look_up/settings.md"]
    assert [
        name for name in Settings.model_fields if f"\n### CAUSELOOP_{name.upper()}\n" not in settings
    ] == []
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []

    assert [name for name in CONNECTORS if f"look_up/connectors/{name}.md" not in pages()] == []

    tables = pages()["look_up/tables.md"]
    created = {
        name
        for path in SCHEMA.glob("*.sql")
        for name in re.findall(
            r"^create table ((?:core|detect|predict|act)\.\w+)", path.read_text(), re.MULTILINE
        )
    }
    assert len(created) > 30
    assert [name for name in created if f"\n## {name}\n" not in tables] == []
    assert "| `probability` | double precision |" in tables

    views = pages()["look_up/views.md"]
    named = re.findall(r"^create view reporting\.(\w+)", (SCHEMA / "reporting.sql").read_text(), re.MULTILINE)
    assert re.findall(r"^## (\w+)$", views, re.MULTILINE) == named
    assert "| `risk_score` | 0 to 100, as of the last analysis. |" in views

    operations = set(re.findall(r"^\| `([A-Z]+ /\S+)` \|", pages()["look_up/access.md"], re.MULTILINE))
    document = json.loads(pages()["look_up/api/openapi.json"])
    declared = {
        f"{method.upper()} {path}"
        for path, methods in document["paths"].items()
        for method in methods
        if path.startswith("/v1/")
    }
    assert declared - operations == set()
    errors = re.findall(r"^\| `(\w+)` \| \d{3} \|", pages()["look_up/errors.md"], re.MULTILINE)
    assert errors == list(PROBLEM_CODES)

    commands = pages()["look_up/commands.md"]
    assert commands.count("\nUsage: causeloop ") == commands.count("\n## causeloop ") > 30

    metrics = pages()["look_up/metrics.md"]
    alerted = set(re.findall(r"causeloop_[a-z_]+", (ROOT / "deploy/monitoring/alerts.yaml").read_text()))
    listed = set(re.findall(r"`(causeloop_[a-z_]+)`", metrics))
    assert {re.sub(r"_(bucket|count|sum)$", "", name) for name in alerted} - listed == set()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the configuration, and the documents beside it."""
    if not MERMAID.exists() or not ZENSICAL.exists():
        pytest.skip("the tools of the site are not installed: `make site` installs them")
    write_folder(tmp_path / ".site" / "docs")
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    return tmp_path


def build(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(ZENSICAL), "build", "--clean", "--strict", "--config-file", "mkdocs.yml"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_it_is_built_strictly_and_loads_nothing_from_other_hosts(folder: Path) -> None:
    built = build(folder)

    assert built.returncode == 0, built.stdout + built.stderr
    site = folder / "dist" / "site"
    built_pages = {path.relative_to(site).as_posix(): path for path in site.rglob("*.html")}
    written = {page.removesuffix(".md") + ".html" for page in pages() if page.endswith(".md")}
    assert written - built_pages.keys() == set()
    assert json.loads((site / "look_up/api/openapi.json").read_text())["openapi"].startswith("3.1")
    assert_no_offenders(built_pages, lambda path: OTHER_HOST.findall(path.read_text()))


@pytest.mark.parametrize("mistake", ["[a page](nowhere.md)", "[a heading](your_file.md#nowhere)"])
def test_a_link_to_nowhere_fails_the_build(folder: Path, mistake: str) -> None:
    with (folder / ".site" / "docs" / "start" / "five_minutes.md").open("a") as page:
        page.write(f"\n{mistake}\n")

    assert build(folder).returncode != 0
