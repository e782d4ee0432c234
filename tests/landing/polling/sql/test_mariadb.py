"""A user's own MariaDB, on a real server."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.egress.errors import PermanentFailure, TransientFailure
from causeloop_pipeline.egress.policy import EgressPolicy
from causeloop_pipeline.landing.polling.connection_test import test_connection as check
from causeloop_pipeline.landing.polling.page import Page
from causeloop_pipeline.landing.polling.pull import pull
from causeloop_pipeline.landing.polling.sync_input import SyncInput
from tests.landing.polling.sql.hostile_statements import HOSTILE
from tests.landing.polling.sql.mariadb_server import PASSWORD, connect, require_mariadb, serve_mariadb
from tests.support.polling import NOW, ids

pytestmark = pytest.mark.database

QUERY = (
    "select id, subject as title, severity, service, opened_at as source_created_at, updated_at from tickets"
)
SOURCE = "causeloop_pipeline.landing.polling.sql.source"


@dataclass
class Customer:
    """A customer's database with a table of tickets and a user who may do anything in it, by mistake."""

    port: int
    connection: Any = field(repr=False)

    @property
    def egress(self) -> EgressPolicy:
        return EgressPolicy(frozenset({("127.0.0.1", self.port)}))

    def config(self, **changed: Any) -> dict[str, Any]:
        plain = {"host": "127.0.0.1", "port": self.port, "database": "customer", "user": "reader"}
        return {**plain, "sslmode": "disable", "query": QUERY, **changed}

    def pages(
        self, cursor: dict[str, Any] | None = None, password: str = PASSWORD, **changed: Any
    ) -> Iterator[Page]:
        sync = SyncInput(
            config=self.config(**changed),
            credentials={"password": password},
            cursor=cursor,
            backfill_days=3650,
            now=NOW,
        )
        return pull(CONNECTORS["mysql"], sync, self.egress)

    def execute(self, statement: str) -> list[Any]:
        with self.connection.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall())

    def fill(self, count: int) -> None:
        self.execute(
            "insert into tickets select seq, concat('Replica lag ', seq), 'p2', 'orders-db', "
            "'2026-03-01' + interval seq minute, '2026-03-01' + interval seq minute, 5.50, '50%' "
            f"from seq_1_to_{count}"
        )


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    require_mariadb()
    with serve_mariadb(Path(tmp_path_factory.mktemp("mariadb"))) as port:
        with connect(port) as root, root.cursor() as cursor:
            cursor.execute("create database customer")
            cursor.execute(f"create user reader@'%' identified by '{PASSWORD}'")
            cursor.execute("grant all on *.* to reader@'%'")
        yield port


@pytest.fixture
def customer(server: int) -> Iterator[Customer]:
    with connect(server, database="customer") as connection:
        customer = Customer(server, connection)
        customer.execute(
            "create or replace table tickets (id bigint primary key, subject longtext, severity text, "
            "service text, opened_at datetime, updated_at timestamp(6) null, cost decimal(10, 2), note text)"
        )
        yield customer


def test_rows_become_records_in_the_products_own_fields(customer):
    customer.fill(1)
    (page,) = customer.pages(query="select *, subject as title, note like '%50\\%%' as x from tickets")
    (record,) = page.records
    assert (record.source, record.external_id, record.kind) == ("mysql", "1", "normalized")
    assert record.payload["title"] == "Replica lag 1"
    assert record.payload["source_updated_at"] == "2026-03-01T00:01:00+00:00"
    assert record.payload["attributes"] | {"cost": "5.50", "note": "50%"} == record.payload["attributes"]


def test_a_sync_continues_where_the_last_one_stopped(customer):
    customer.fill(1_200)
    first = list(customer.pages())
    assert [len(page.records) for page in first] == [500, 500, 200]
    assert len(set(ids(first))) == 1_200
    assert first[-1].cursor is not None
    assert first[-1].cursor["rows"] == {"instant": "2026-03-01T20:00:00+00:00", "type": "naive"}
    customer.execute("update tickets set updated_at = '2026-03-08 10:00:00.5' where id in (3, 700)")
    second = list(customer.pages(first[-1].cursor))
    assert {"3", "700"} <= set(ids(second))
    assert len(ids(second)) < 10
    assert ids(list(customer.pages(second[-1].cursor))) == ["3", "700"]


def test_a_cursor_may_be_a_growing_number(customer):
    customer.fill(5)
    (first,) = customer.pages(cursor_column="id")
    assert first.cursor is not None
    assert first.cursor["rows"] == {"value": "5", "type": "number"}
    assert ids(list(customer.pages(first.cursor, cursor_column="id"))) == ["5"]


def test_a_row_that_is_too_large_is_quarantined_by_its_beginning(customer):
    customer.fill(3)
    customer.execute("update tickets set subject = repeat('x', 2000000) where id = 2")
    (page,) = customer.pages()
    (refused,) = page.quarantined
    assert ids([page]) == ["1", "3"]
    assert "larger than 1,000,000 bytes" in refused.reason
    assert len(refused.raw) < 1_000


def test_hostile_statements_change_nothing(customer, tmp_path):
    customer.fill(2)
    customer.execute("create or replace sequence numbers")
    before = customer.execute("checksum table tickets, numbers")
    for statement in HOSTILE["mysql"]:
        with pytest.raises(PermanentFailure):
            list(customer.pages(query=statement))
    assert customer.execute("checksum table tickets, numbers") == before
    assert customer.execute("show tables") == [("numbers",), ("tickets",)]


def test_nothing_can_be_written_even_where_the_query_was_not_checked(customer, monkeypatch):
    customer.fill(2)
    customer.execute("create or replace sequence numbers")
    customer.execute(
        "create or replace function count_up() returns int reads sql data "
        "begin delete from tickets; return 1; end"
    )
    monkeypatch.setattr(f"{SOURCE}.check_select", lambda query, dialect: query)
    for called in ("count_up()", "nextval(numbers)"):
        query = f"select {called} as id, now() as updated_at"
        with pytest.raises(PermanentFailure, match=r"(?i)read.only"):
            list(customer.pages(query=query))
    assert customer.execute("select count(*) from tickets") == [(2,)]


def test_a_query_that_takes_too_long_is_ended(customer, monkeypatch):
    customer.fill(300)
    monkeypatch.setattr(f"{SOURCE}.STATEMENT_SECONDS", 1)
    product = "tickets a, tickets b, tickets c, tickets d"
    endless = f"select count(*) as id, max(a.updated_at) as updated_at from {product}"
    with pytest.raises(PermanentFailure, match="took longer than 1 s"):
        list(customer.pages(query=endless))


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"query": "select * from missing"}, "doesn't exist"),
        ({"query": "select id from tickets"}, "updated_at"),
        ({"password": "wrong"}, "Access denied"),
        ({"database": "nowhere"}, "nowhere"),
        ({"sslmode": "verify-full"}, "(?i)ssl|certificate"),
    ],
)
def test_what_a_person_must_fix_is_named(customer, changed, reason):
    customer.fill(1)
    with pytest.raises(PermanentFailure, match=reason) as failed:
        list(customer.pages(**changed))
    assert PASSWORD not in str(failed.value)


def test_a_private_server_needs_an_administrators_leave(customer):
    report = check(CONNECTORS["mysql"], customer.config(), {"password": PASSWORD}, EgressPolicy(), NOW)
    assert not report.ok
    assert "CAUSELOOP_EGRESS_ALLOW" in report.reason


def test_a_server_that_is_down_is_a_transient_failure(customer):
    sync = SyncInput(
        config=customer.config(port=1), credentials={"password": PASSWORD}, backfill_days=1, now=NOW
    )
    with pytest.raises(TransientFailure):
        list(pull(CONNECTORS["mysql"], sync, EgressPolicy(frozenset({("127.0.0.1", 1)}))))
