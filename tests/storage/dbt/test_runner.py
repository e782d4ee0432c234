"""The parsed project is the one on disk, and dbt is warmed up without a database."""

import os
import shutil
import threading
from pathlib import Path
from typing import Any

import pytest

from causeloop_pipeline.settings import DBT_PROJECT_DIR
from causeloop_pipeline.storage.dbt.runner import Normalizer

ONE_MODEL = "models/staging/stg_one__issues.sql"
LONG_AGO = 1_000_000_000


@pytest.fixture
def project_dir(tmp_path: Path) -> Path:
    """A dbt project of one model."""
    folder = tmp_path / "project"
    (folder / ONE_MODEL).parent.mkdir(parents=True)
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(DBT_PROJECT_DIR / name, folder / name)
    (folder / ONE_MODEL).write_text("select 1 as former")
    return folder


def read_model(normalizer: Normalizer) -> str:
    """The text of the one model, as an invocation would use it."""
    normalizer._load_manifest()
    manifest: Any = normalizer._manifest
    return str(manifest.nodes["model.causeloop.stg_one__issues"].raw_code)


def test_a_project_that_an_upgrade_replaced_is_parsed_again_whatever_its_dates(
    project_dir: Path, tmp_path: Path
) -> None:
    url = "postgresql://pipeline@127.0.0.1/causeloop"
    assert (
        read_model(Normalizer(url, project_dir=project_dir, target_dir=tmp_path / "t"))
        == "select 1 as former"
    )

    (project_dir / ONE_MODEL).write_text("select 1 as newer_")
    os.utime(project_dir / ONE_MODEL, (LONG_AGO, LONG_AGO))

    upgraded = Normalizer(url, project_dir=project_dir, target_dir=tmp_path / "t")
    assert read_model(upgraded) == "select 1 as newer_"


def test_an_unchanged_project_is_not_parsed_again(project_dir: Path, tmp_path: Path) -> None:
    url = "postgresql://pipeline@127.0.0.1/causeloop"
    read_model(Normalizer(url, project_dir=project_dir, target_dir=tmp_path / "t"))
    written = (tmp_path / "t" / "manifest.json").stat().st_mtime_ns
    os.utime(project_dir / ONE_MODEL)

    read_model(Normalizer(url, project_dir=project_dir, target_dir=tmp_path / "t"))

    assert (tmp_path / "t" / "manifest.json").stat().st_mtime_ns == written


def test_dbt_is_warmed_up_without_a_database_or_a_thread_once_its_project_is_parsed(
    project_dir: Path, tmp_path: Path
) -> None:
    normalizer = Normalizer(None, project_dir=project_dir, target_dir=tmp_path / "t")
    assert not normalizer.warm_up()

    normalizer.parse()
    written = (tmp_path / "t" / "manifest.json").stat().st_mtime_ns
    threads = threading.active_count()

    assert normalizer.warm_up()
    assert threading.active_count() == threads
    assert (tmp_path / "t" / "manifest.json").stat().st_mtime_ns == written


def test_whoever_looks_while_a_project_is_parsed_finds_a_whole_manifest(
    project_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    normalizer = Normalizer(None, project_dir=project_dir, target_dir=tmp_path / "t")
    normalizer.parse()
    seen: list[bytes] = []
    invoke = normalizer._invoke

    def look_after(*arguments: Any, **options: Any) -> Any:
        result = invoke(*arguments, **options)
        seen.append(normalizer.manifest_path.read_bytes())
        return result

    monkeypatch.setattr(normalizer, "_invoke", look_after)
    (project_dir / ONE_MODEL).write_text("select 2 as latter")
    parsed = normalizer.parse().read_bytes()

    assert [b"former" in manifest for manifest in (*seen, parsed)] == [True, False]
    assert sorted(path.name for path in (tmp_path / "t").iterdir()) == [
        "manifest.json",
        "partial_parse.msgpack",
        "project.sha256",
    ]
