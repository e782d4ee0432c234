"""Databases as earlier commits made them, and what a database consists of."""

import os
import re
import subprocess
import sys
import tarfile
from io import BytesIO
from pathlib import Path

import pytest

from causeloop_pipeline.settings import ROOT
from causeloop_pipeline.storage.database.migrate import COMMIT_OF_BASELINE, MIGRATIONS
from causeloop_pipeline.storage.embedded.postgres_server import find_binaries
from tests.support.skipping import NO_HISTORY

MIGRATE = "import sys; from causeloop_pipeline.storage.database.migrate import migrate; migrate(sys.argv[1])"
OBJECT = re.compile(r"^--\n-- (Name: .*)\n--\n", re.MULTILINE)
RESTRICTION = re.compile(r"^\\(?:un)?restrict .*$", re.MULTILINE)
"""A random word, new in every dump, that stands in for what psql may do."""


def list_earlier_commits() -> list[str]:
    """Versions to lead on from: the one that migrations begin at, and the commit before each later one.

    Skips a test where the history of git is not there.
    """
    if _ask_git("cat-file", "-e", COMMIT_OF_BASELINE) is None:
        pytest.skip(f"the commits of earlier schemas are not there: {NO_HISTORY}")
    _baseline, _first, *later = sorted(MIGRATIONS.glob("versions/*.py"))
    return list(dict.fromkeys([COMMIT_OF_BASELINE, *map(_find_commit_before, later)]))


def migrate_with(commit: str, url: str, folder: Path) -> None:
    """Bring a database to the schema of a commit by that commit's own code."""
    archive = subprocess.run(
        ["git", "archive", commit, "causeloop_pipeline"], cwd=ROOT, capture_output=True, check=True
    )
    with tarfile.open(fileobj=BytesIO(archive.stdout)) as files:
        files.extractall(folder, filter="data")
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    subprocess.run([sys.executable, "-c", MIGRATE, url], cwd=folder, env=environment, check=True)


def read_objects(url: str) -> set[str]:
    """Every object of a database as pg_dump writes it: its definition, owner, comment and rights."""
    dump = subprocess.run(
        [find_binaries(None) / "pg_dump", "--schema-only", url], capture_output=True, text=True, check=True
    )
    parts = OBJECT.split(RESTRICTION.sub("", dump.stdout))[1:]
    return {_in_one_order(name, text.strip()) for name, text in zip(parts[::2], parts[1::2], strict=True)}


def _in_one_order(name: str, text: str) -> str:
    """An object and its text; rights and columns sorted, whatever the order in which they were given."""
    if "Type: ACL" not in name and "Type: TABLE;" not in name:
        return f"{name}\n{text}"
    return "\n".join([name, *sorted(line.rstrip(",") for line in text.splitlines())])


def _find_commit_before(migration: Path) -> str:
    added = _ask_git("log", "--diff-filter=A", "--format=%H", "--", str(migration))
    return f"{added.split()[-1]}^" if added else "HEAD"


def _ask_git(*arguments: str) -> str | None:
    """What git answers; None where it cannot."""
    try:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    except (FileNotFoundError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()
