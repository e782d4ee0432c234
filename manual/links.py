"""Links of documents to files of the repository, as links to the pages that the site has of them."""

import os
import re
from pathlib import Path

from causeloop_pipeline.settings import ROOT

PAGES_OF_FILES = {
    "CHANGELOG.md": "project/changelog.md",
    "CODE_OF_CONDUCT.md": "project/code_of_conduct.md",
    "CONTRIBUTING.md": "project/contributing.md",
    "SECURITY.md": "project/security.md",
    "deploy/README.md": "project/deployment_files.md",
    "docs/decisions": "decisions/index.md",
    "api/access/permissions.py": "look_up/access.md",
    "api/http/problem_codes.py": "look_up/errors.md",
    "api/ingest/routes.py": "look_up/api/ingestion.md",
    "causeloop_pipeline/cli/status/exposition.py": "look_up/metrics.md",
    "causeloop_pipeline/connectors/tools": "look_up/connectors/index.md",
    "causeloop_pipeline/settings.py": "look_up/settings.md",
    "causeloop_pipeline/storage/database/schema/reporting.sql": "look_up/views.md",
}
"""A document that the site has elsewhere, or code → the page that is made of it."""

LINK = re.compile(r"(?<=\]\()([^)\s#]+)(#[^)\s]+)?(?=\))")


class OutsideLinkError(Exception):
    """A document links to a file that the site has no page of."""


def rewrite_links(text: str, folder: Path, page: str) -> str:
    """The text of a document of a folder as it stands at a page of the site."""

    def rewrite(link: re.Match[str]) -> str:
        if re.match(r"[a-z]+:", link[1]):
            return link[0]
        target = (folder / link[1]).resolve()
        return _find_page(target, link[0], page) + (link[2] or "")

    return LINK.sub(rewrite, text)


def _find_page(target: Path, link: str, page: str) -> str:
    name = target.relative_to(ROOT).as_posix()
    written = PAGES_OF_FILES.get(name)
    if not written and target.is_relative_to(ROOT / "docs") and target.is_file():
        written = target.relative_to(ROOT / "docs").as_posix()
    if not written:
        raise OutsideLinkError(f"{page} links to {link}: add the page that is made of {name} to {__name__}")
    return os.path.relpath(written, Path(page).parent)
