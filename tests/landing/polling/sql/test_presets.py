"""What pipelines landed becomes issues, by every preset, on a real PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from causeloop_pipeline.connectors.mapping.map_record import Record
from causeloop_pipeline.connectors.own_tables.presets import PRESETS
from causeloop_pipeline.connectors.record_mappings import map_stored
from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.egress.errors import PermanentFailure
from causeloop_pipeline.egress.policy import EgressPolicy
from causeloop_pipeline.landing.polling.page import Page
from causeloop_pipeline.landing.polling.pull import pull
from causeloop_pipeline.landing.polling.sync_input import SyncInput
from causeloop_pipeline.model.raw_record import RawRecord
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.embedded.postgres_server import Server
from tests.conftest import new_workspace
from tests.support.normalizing import land_records, normalize, normalizer
from tests.support.polling import NOW

TABLES = Path(__file__).with_name("landed_tables.sql")
SOURCE = "causeloop_pipeline.landing.polling.sql.source"
PASSWORD = "planted-secret-of-analyst"
EXPECTED = {
    "jira": ("10001", "Checkout times out", "p1", "open"),
    "zendesk": ("1", "Login fails", "p1", "open"),
    "github": ("1", "Crash in cart", None, "resolved"),
    "pagerduty": ("P1", "Queue is full", None, "open"),
    "salesforce": ("500A", "Invoice is wrong", "p2", "open"),
    "servicenow": ("s1", "VPN is down", "p1", None),
}
"""External id, title, severity and status; None where the writers do not land the same."""


@pytest.fixture(scope="module")
def warehouse(postgres: Server) -> Iterator[Server]:
    with psycopg.connect(postgres.url(), autocommit=True) as superuser:
        superuser.execute("create database warehouse")
        superuser.execute(f"create role analyst login password '{PASSWORD}'")
        with psycopg.connect(postgres.url("warehouse"), autocommit=True) as connection:
            connection.execute(TABLES.read_text())
            connection.execute("grant pg_read_all_data to analyst")
        yield postgres
        superuser.execute("drop database warehouse with (force)")
        superuser.execute("drop role analyst")


def read(warehouse: Server, preset: str, cursor: dict[str, Any] | None = None, **changed: Any) -> list[Page]:
    config = {
        "host": "127.0.0.1",
        "port": warehouse.port,
        "database": "warehouse",
        "user": "analyst",
        "sslmode": "disable",
        "preset": preset,
        "schema": preset,
        **changed,
    }
    sync = SyncInput(
        config=config, credentials={"password": PASSWORD}, cursor=cursor, backfill_days=90, now=NOW
    )
    egress = EgressPolicy(frozenset({("127.0.0.1", warehouse.port)}))
    return list(pull(CONNECTORS["postgresql"], sync, egress))


def read_fields(record: RawRecord) -> dict[str, Any]:
    stored = Record(record.source, record.kind, record.payload, record.source_updated_at)
    mapped = map_stored(stored, {}, NOW)
    assert mapped is not None
    assert mapped.reason is None
    return mapped.fields


@pytest.fixture(scope="module")
def pages(warehouse: Server) -> dict[str, list[Page]]:
    return {name: read(warehouse, name) for name in PRESETS}


@pytest.mark.parametrize("name", PRESETS)
def test_a_presets_tables_become_records_of_the_tool_that_its_own_mapping_reads(pages, name):
    preset = PRESETS[name]
    assert [refused.reason for page in pages[name] for refused in page.quarantined] == []
    records = {record.external_id: record for page in pages[name] for record in page.records}
    external_id, title, _, _ = EXPECTED[preset.tool]
    record = records[external_id]
    assert (record.source, record.kind) == ("postgresql", preset.tool)
    fields = read_fields(record)
    assert (fields["title"], fields["words_of"]) == (title, preset.tool)
    assert record.source_updated_at is not None
    assert record.source_updated_at.isoformat() == "2026-03-02T08:00:00+00:00"
    assert fields["source_created_at"].isoformat() == "2026-03-01T08:00:00+00:00"


def test_the_names_behind_references_are_joined(pages):
    def payload(preset: str) -> dict[str, Any]:
        return read_fields(pages[preset][0].records[0])

    assert payload("fivetran_jira")["team"] == "Operations"
    assert (payload("fivetran_zendesk")["service"], payload("fivetran_zendesk")["team"]) == (
        "Shop",
        "Support",
    )
    assert payload("fivetran_github")["service"] == "shop"
    assert payload("fivetran_pagerduty")["service"] == "payments"
    assert payload("fivetran_salesforce")["team"] == "Tier 2"
    assert (payload("fivetran_servicenow")["service"], payload("fivetran_servicenow")["team"]) == (
        "erp",
        "Network",
    )
    assert payload("airbyte_github")["severity"] == "high"


@pytest.mark.parametrize("writer", ["airbyte", "fivetran", "dlt"])
def test_pull_requests_are_not_issues(pages, writer):
    (page,) = pages[f"{writer}_github"]
    assert [record.external_id for record in page.records] == ["1"]


def test_what_is_gone_from_the_tool_is_closed_and_what_is_old_is_left_out(pages):
    records = {record.external_id: record for record in pages["fivetran_jira"][0].records}
    assert set(records) == {"10001", "10002"}
    assert read_fields(records["10002"])["status"] == "closed"
    assert read_fields(records["10002"])["resolved_at"] == records["10002"].source_updated_at


def test_every_preset_becomes_issues_by_the_whole_path(installation, pages):
    database = Database(installation.pipeline_url)
    with psycopg.connect(installation.owner_url, autocommit=True) as owner:
        workspaces = {writer: new_workspace(owner) for writer in ("airbyte", "fivetran", "dlt")}
    for name, read_pages in pages.items():
        records = [record for page in read_pages for record in page.records]
        land_records(database, workspaces[PRESETS[name].writer], *records)
    normalize(database, normalizer(installation.pipeline_url), *workspaces.values())
    for workspace_id in workspaces.values():
        with database.workspace(workspace_id) as session:
            rows = session.rows("select external_id, title, severity, status, source from core.issue")
        for external_id, title, severity, status in EXPECTED.values():
            for row in (row for row in rows if (row["external_id"], row["title"]) == (external_id, title)):
                assert row["severity"] == (severity or row["severity"])
                assert row["status"] == (status or row["status"])
        title_of = {row["external_id"]: row["title"] for row in rows}
        # GitHub's and Zendesk's issue have one id here: one connector would never read both.
        assert {title for _, title, _, _ in EXPECTED.values()} - set(title_of.values()) <= {
            "Login fails",
            "Crash in cart",
        }
        assert {row["source"] for row in rows} == {"postgresql"}


def test_a_sync_that_was_cut_off_goes_on_among_rows_of_one_load(warehouse, monkeypatch):
    with psycopg.connect(warehouse.url("warehouse"), autocommit=True) as connection:
        connection.execute("create schema big")
        connection.execute("create table big.tickets as select * from dlt_zendesk.tickets")
        connection.execute("grant usage on schema big to analyst")
        connection.execute(
            "insert into big.tickets (id, subject, status, created_at, updated_at, _dlt_load_id) select n, "
            "'Ticket ' || n, 'open', '2026-03-01', '2026-03-02', '1772442000.123' "
            "from generate_series(2, 100) n"
        )
    monkeypatch.setattr(f"{SOURCE}.MAX_ROWS", 30)
    read_ids: list[str] = []
    cursor = None
    for _ in range(5):
        pages = read(warehouse, "dlt_zendesk", cursor, schema="big")
        read_ids += [record.external_id for page in pages for record in page.records]
        cursor = pages[-1].cursor if pages else cursor
    assert set(read_ids) == {str(number) for number in range(1, 101)}


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"schema": "nowhere"}, "no table issues that the role may read in the schema 'nowhere'"),
        ({"schema": "fivetran_jira"}, "no table issues"),
    ],
)
def test_what_a_person_must_fix_is_named(warehouse, changed, reason):
    with pytest.raises(PermanentFailure, match=reason):
        read(warehouse, "airbyte_jira", **changed)
