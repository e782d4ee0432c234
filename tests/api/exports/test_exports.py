"""Exports."""

import asyncio
import contextlib
import csv
import io
import json
import threading
from collections.abc import AsyncIterator

import psycopg
import pytest

from causeloop_pipeline.storage.app.tenants import create_service_key
from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import Client
from tests.api.sample import Sample
from tests.conftest import new_workspace
from tests.support.single_occurrences import add_single_occurrences


@pytest.mark.parametrize(
    ("entity", "rows"), [("issues", 12), ("patterns", 2), ("predictions", 2), ("recommendations", 3)]
)
def test_both_formats_contain_every_row(entity: str, rows: int, client: Client, sample: Sample) -> None:
    api = client(sample.credentials["admin"])

    lines = api.get("/v1/export", params={"entity": entity}).text.splitlines()
    table = list(
        csv.DictReader(io.StringIO(api.get("/v1/export", params={"entity": entity, "format": "csv"}).text))
    )

    assert len(lines) == len(table) == rows
    assert {json.loads(line)["id"] for line in lines} == {row["id"] for row in table}
    assert set(json.loads(lines[0])) == set(table[0])


def test_an_export_of_several_batches_contains_every_row_once(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    with database.workspace(fresh_sample.workspace_id) as session:
        session.execute(
            """
            insert into core.issue (workspace_id, issue_id, source, external_id, title, severity, status,
                                    source_created_at, source_updated_at, ingested_at)
            select %(w)s, gen_random_uuid(), 'custom_api', 'many ' || n, 'x', 'p4', 'open', now(), now(),
                   now()
            from generate_series(1, 2300) as n
            """,
            {"w": fresh_sample.workspace_id},
        )
        add_single_occurrences(session)

    lines = client(fresh_sample.credentials["admin"]).get("/v1/export").text.splitlines()

    assert len(lines) == len({json.loads(line)["id"] for line in lines}) == 2312


FORMULAS = (
    *("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "=cmd|' /C calc'!A0", "＝1+1", "﹦1+1", "\ufeff=1+1"),
    *("\u202e=1+1", "\u2066\u200e+1", "\u3164=1", "\ufe0f-1", "\u180e\u061c@SUM(A1)", "=\u03381"),
)


def test_a_cell_is_never_a_formula(client: Client, fresh_sample: Sample) -> None:
    for title in FORMULAS:
        client(fresh_sample.credentials["analyst"]).post("/v1/issues", json={"title": title})

    text = client(fresh_sample.credentials["admin"]).get("/v1/export", params={"format": "csv"}).text
    titles = {row["title"] for row in csv.DictReader(io.StringIO(text))}

    assert {f"'{title.strip()}" for title in FORMULAS} <= titles


def test_a_plan_without_export_gets_a_403(client: Client, owner: psycopg.Connection) -> None:
    api = client(create_service_key(owner, new_workspace(owner, "free"), "k", "owner"))

    assert api.get("/v1/export").json()["code"] == "plan_feature_missing"


def test_two_exports_of_a_workspace_run_at_once_and_those_of_others_too(
    client: Client, sample: Sample, other_sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_read = threading.Event()

    async def write_until_read(*_: object) -> AsyncIterator[str]:
        while not is_read.is_set():
            yield "{}\n"
            await asyncio.sleep(0.01)

    monkeypatch.setattr("api.exports.routes._write_json_lines", write_until_read)
    api, other = client(sample.credentials["admin"]), client(other_sample.credentials["admin"])
    with contextlib.ExitStack() as opened:
        for each in (api, api, other):
            assert opened.enter_context(each.stream("GET", "/v1/export")).status_code == 200
        third = api.get("/v1/export")
        is_read.set()

    assert (third.status_code, third.json()["code"]) == (429, "too_many_at_once")
    assert api.get("/v1/export").status_code == 200
