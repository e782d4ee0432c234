"""The folder of the site: the documents, with links that lead within it, and the pages that code gives."""

import re
import shutil
from pathlib import Path

from causeloop_pipeline.settings import ROOT
from manual.links import PAGES_OF_FILES, rewrite_links
from manual.pages import write_pages

DOCUMENTS = ROOT / "docs"
MERMAID = ROOT / "node_modules" / "@mermaid-js" / "tiny" / "dist" / "mermaid.tiny.js"
"""Draws the charts in the browser: the site loads nothing from other hosts."""


def write_folder(folder: Path) -> None:
    """Write the whole folder again."""
    if not MERMAID.exists():
        raise SystemExit(f"there is no {MERMAID.relative_to(ROOT)}: `make site` installs it by npm")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(DOCUMENTS, folder, ignore=shutil.ignore_patterns("*.md"))
    shutil.copy(MERMAID, folder / "mermaid.js")
    for page, text in collect_pages().items():
        (folder / page).parent.mkdir(parents=True, exist_ok=True)
        (folder / page).write_text(text, encoding="utf-8")


def collect_pages() -> dict[str, str]:
    """Path within the site → text, of every page and of what pages link to."""
    documents = {path: path.relative_to(DOCUMENTS).as_posix() for path in DOCUMENTS.rglob("*.md")}
    elsewhere = {ROOT / name: page for name, page in PAGES_OF_FILES.items() if name.endswith(".md")}
    written = {
        page: rewrite_links(path.read_text(encoding="utf-8"), path.parent, page)
        for path, page in {**documents, **elsewhere}.items()
    }
    return {**written, **write_pages(), "decisions/index.md": list_decisions()}


def list_decisions() -> str:
    """The page that lists the decisions."""
    head = "# Decisions\n\nWhat was decided, why, and what follows, in the order in which it was decided.\n\n"
    rows = []
    for path in sorted((DOCUMENTS / "decisions").glob("*.md")):
        title = re.sub(r"^# \d+\. ", "", path.read_text(encoding="utf-8").splitlines()[0])
        rows.append(f"{int(path.name[:4])}. [{title}]({path.name})\n")
    return head + "".join(rows)
