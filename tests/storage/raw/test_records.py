"""Each record is stored once, whatever a batch contains and whenever the process is killed."""

import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import IO
from uuid import UUID, uuid4

import psycopg
import pytest

from causeloop_pipeline.model.raw_record import Quarantined, RawRecord
from causeloop_pipeline.storage.app.connectors import NewConnector, create_connector
from causeloop_pipeline.storage.app.vault import Vault
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.raw.records import (
    NO_CONNECTOR,
    LandingCount,
    Origin,
    land,
    land_batch,
    write_batch,
)
from tests.conftest import Installation
from tests.storage.raw.loader import PAGE_SIZE, TOTAL, record

KILLS = 20


@pytest.fixture
def connector_id(database: Database, workspace_id: UUID) -> UUID:
    connector_id = uuid4()
    with database.workspace(workspace_id) as session:
        create_connector(
            session,
            Vault(b"k" * 32),
            NewConnector(
                workspace_id=workspace_id,
                connector_id=connector_id,
                connector_type="custom_api",
                display_name="A tool",
                config={},
                credentials={"token": "t"},
            ),
        )
    return connector_id


def store(
    database: Database, workspace_id: UUID, records: list[RawRecord], **options: object
) -> LandingCount:
    with database.workspace(workspace_id) as session:
        return land(session.connection, workspace_id, NO_CONNECTOR, records, **options)  # type: ignore[arg-type]


def test_new_updated_and_duplicate_records_are_counted(database: Database, workspace_id: UUID) -> None:
    first = store(database, workspace_id, [record(1), record(2)])
    second = store(database, workspace_id, [record(1), record(2, title="Changed"), record(3)])

    assert first == LandingCount(read=2, new=2)
    assert second == LandingCount(read=3, new=1, updated=1, duplicate=1)


def test_a_record_twice_in_one_batch_is_stored_once(database: Database, workspace_id: UUID) -> None:
    assert store(database, workspace_id, [record(1), record(1)]) == LandingCount(read=2, new=1, duplicate=1)


@pytest.mark.parametrize("max_bytes", [1, 150, float("inf")])
def test_a_batch_in_several_documents_counts_as_one(
    database: Database, workspace_id: UUID, max_bytes: float
) -> None:
    store(database, workspace_id, [record(1), record(2)])
    sent = [
        record(1),
        record(2, title="Changed"),
        record(3),
        record(3),
        record(3, title="Changed"),
        record(4),
    ]
    batch = write_batch(sent, max_bytes=max_bytes)

    with database.workspace(workspace_id) as session:
        count = land_batch(session.connection, workspace_id, NO_CONNECTOR, batch, channel="webhook")

    assert (len(batch.documents) > 1) == (max_bytes < 1_000)
    assert count == LandingCount(read=6, new=2, updated=2, duplicate=2)


def test_an_unreadable_record_is_quarantined_with_its_reason(database: Database, workspace_id: UUID) -> None:
    broken = Quarantined("custom_api", b"\x00{", "not JSON: line 1", None)

    count = store(database, workspace_id, [record(1)], quarantined=[broken, broken])

    assert count == LandingCount(read=3, new=1, quarantined=2)
    with database.workspace(workspace_id) as session:
        assert session.rows("select reason, payload from raw.quarantine") == [
            {"reason": "not JSON: line 1", "payload": b"\x00{"}
        ]


def test_two_records_that_differ_only_in_their_id_are_both_in_quarantine(
    database: Database, workspace_id: UUID
) -> None:
    refused = [Quarantined("custom_api", b"{}", "no title", external_id) for external_id in ("1", "2", None)]

    store(database, workspace_id, [], quarantined=refused)
    store(database, workspace_id, [], quarantined=refused)

    with database.workspace(workspace_id) as session:
        rows = session.rows("select external_id from raw.quarantine order by external_id")
    assert [row["external_id"] for row in rows] == ["1", "2", None]


def test_each_new_version_waits_for_normalization(database: Database, workspace_id: UUID) -> None:
    store(database, workspace_id, [record(1), record(2)])
    store(database, workspace_id, [record(2)])

    with database.workspace(workspace_id) as session:
        assert session.row("select count(*) as pending from raw.pending_record") == {"pending": 2}


def test_rows_and_cursor_commit_together_or_not_at_all(
    database: Database, workspace_id: UUID, connector_id: UUID
) -> None:
    with pytest.raises(psycopg.Error), database.workspace(workspace_id) as session:
        land(
            session.connection,
            workspace_id,
            Origin(connector_id, str(connector_id)),
            [record(1)],
            cursor={"page": 1},
        )
        session.execute("select 1 / 0")

    with database.workspace(workspace_id) as session:
        assert session.row("select count(*) as records from raw.record") == {"records": 0}
        assert session.row("select cursor from app.connector") == {"cursor": None}


def test_killing_the_loader_at_random_moments_loses_and_duplicates_nothing(
    installation: Installation, database: Database, workspace_id: UUID, connector_id: UUID
) -> None:
    seed = int(os.environ.get("CAUSELOOP_FAULT_SEED", str(random.randrange(2**32))))
    print(f"CAUSELOOP_FAULT_SEED={seed}")
    chance = random.Random(seed)
    loader = [sys.executable, str(Path(__file__).with_name("loader.py"))]
    arguments = [installation.pipeline_url, str(workspace_id), str(connector_id)]
    with subprocess.Popen(
        [*loader, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as forks:
        assert forks.stdin is not None
        assert forks.stdout is not None
        for _ in range(KILLS):
            child = begin_loading(forks.stdin, forks.stdout)
            time.sleep(chance.uniform(0.0, 0.06))
            os.kill(child, signal.SIGKILL)
            assert int(forks.stdout.readline()) == -signal.SIGKILL

            with database.workspace(workspace_id) as session:
                state = session.row(
                    "select (select count(*) from raw.record) as rows, "
                    "(select count(distinct external_id) from raw.record) as external_ids, "
                    "(select count(*) from raw.pending_record) as pending, "
                    "(select coalesce((cursor ->> 'next')::int, 0) from app.connector) as cursor"
                )
            assert state is not None
            assert state["rows"] == state["external_ids"] == state["pending"] == state["cursor"], (
                f"seed {seed}"
            )

        begin_loading(forks.stdin, forks.stdout)
        assert int(forks.stdout.readline()) == 0
    with database.workspace(workspace_id) as session:
        assert session.row("select count(*) as records from raw.record") == {"records": TOTAL}
    assert TOTAL % PAGE_SIZE == 0


def begin_loading(orders: IO[str], answers: IO[str]) -> int:
    """Have a new process load; which it is."""
    orders.write("\n")
    orders.flush()
    return int(answers.readline())


def test_records_of_two_sites_are_two_records_and_each_has_its_versions(
    database: Database, workspace_id: UUID
) -> None:
    sites = [Origin(uuid4(), site) for site in ("one.example.com", "two.example.com")]
    with database.workspace(workspace_id) as session:
        first = [land(session.connection, workspace_id, origin, [record(1)]) for origin in sites]
        again = [
            land(session.connection, workspace_id, origin, [record(1), record(1, title="Changed")])
            for origin in sites
        ]

    assert first == [LandingCount(read=1, new=1)] * 2
    assert again == [LandingCount(read=2, updated=1, duplicate=1)] * 2


def test_what_a_connector_once_brought_as_its_own_does_not_become_another_types(
    database: Database, workspace_id: UUID
) -> None:
    """GitHub's runs had its own type as their source before they met those of GitHub Actions."""
    origin = Origin(uuid4(), "api.github.com", type="github")
    former, run = (replace(record(1, title=title), source="github") for title in ("Failed", "Repaired"))
    with database.workspace(workspace_id) as session:
        land(session.connection, workspace_id, origin, [former])
        later = [replace(run, source="github_actions"), replace(record(2), source="github_actions")]
        land(session.connection, workspace_id, origin, later)
        rows = session.rows("select external_id, source from raw.record order by record_id")

    assert [row["source"] for row in rows] == ["github", "github", "github_actions"]


def test_a_sync_of_the_former_tool_leaves_the_cursor_of_the_new_one_alone(
    database: Database, workspace_id: UUID, connector_id: UUID
) -> None:
    with database.workspace(workspace_id) as session:
        session.execute("update app.connector set site = 'moved.example.com', cursor = null")
        former = Origin(connector_id, str(connector_id))
        land(session.connection, workspace_id, former, [record(1)], cursor={"page": 7})

        assert session.row("select cursor from app.connector") == {"cursor": None}
