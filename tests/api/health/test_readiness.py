"""Readiness tells whether the database has the schema and the functions of this version."""

import asyncio
from pathlib import Path
from typing import Any

import psycopg
import pytest

from api.health.queries import read_checks
from api.http.bounded_pool import open_pool
from causeloop_pipeline.cli.doctor.check_database import check_migrations
from causeloop_pipeline.storage.database import sql_functions
from tests.conftest import Installation
from tests.storage.own_installation import own_installation


def read_schema_check(url: str) -> Any:
    async def read() -> Any:
        pool = await open_pool(url)
        try:
            return (await read_checks(pool))["schema"]
        finally:
            await pool.close()

    return asyncio.run(read())


def test_a_migrated_database_is_ready(installation: Installation) -> None:
    assert read_schema_check(installation.api_url) == {"ok": True, "detail": None}


def test_functions_of_another_version_are_to_be_migrated(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sql_functions, "FUNCTIONS", tmp_path)

    assert read_schema_check(installation.api_url) == {
        "ok": False,
        "detail": "the schema's functions are those of another version: run `causeloop migrate`",
    }


def test_a_schema_of_another_revision_is_to_be_migrated(installation: Installation, tmp_path: Path) -> None:
    with own_installation(installation, tmp_path) as own:
        with psycopg.connect(own.owner_url) as owner:
            owner.execute("update app.alembic_version set version_num = '0071'")
            owner.execute("drop table app.function_digest")
        check = read_schema_check(own.api_url)
        with psycopg.connect(own.owner_url) as owner:
            owner.execute("update app.alembic_version set version_num = '9999'")
            finding = check_migrations(owner)
        newer = read_schema_check(own.api_url)

    assert check["ok"] is False
    assert check["detail"].startswith("the schema is at 0071, this version needs ")
    assert newer["ok"] is False
    assert newer["detail"].endswith(": install that version")
    assert newer["detail"] == f"{finding.message}: {finding.fix}"
