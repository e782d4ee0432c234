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
from causeloop_pipeline.storage.database.migrate import MIGRATIONS
from causeloop_pipeline.storage.embedded.postgres_server import find_binaries

MIGRATE = "import sys; from causeloop_pipeline.storage.database.migrate import migrate; migrate(sys.argv[1])"
OBJECT = re.compile(r"^--\n-- (Name: .*)\n--\n", re.MULTILINE)
RESTRICTION = re.compile(r"^\\(?:un)?restrict .*$", re.MULTILINE)
"""A random word, new in every dump, that stands in for what psql may do."""


def list_commits_before_migrations() -> list[str]:
    """For each migration the commit before it was added, that is, a version which it has to lead on from."""
    if not (ROOT / ".git").exists() or _git("rev-parse", "--is-shallow-repository") == "true":
        reason = "earlier commits are not there: clone with all of the history"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    return list(dict.fromkeys(_find_commit_before(path) for path in sorted(MIGRATIONS.glob("versions/*.py"))))


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
    """An object and its text; rights sorted, whatever the order in which they were given."""
    return "\n".join([name, *(sorted(text.splitlines()) if "Type: ACL" in name else [text])])


def _find_commit_before(migration: Path) -> str:
    added = _git("log", "--diff-filter=A", "--format=%H", "--", str(migration))
    return f"{added.split()[-1]}^" if added else "HEAD"


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()
