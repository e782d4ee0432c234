"""A user's own database, on a real PostgreSQL."""

import resource
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.egress.errors import OutsideFailure, PermanentFailure, TransientFailure
from causeloop_pipeline.egress.policy import EgressPolicy
from causeloop_pipeline.landing.polling.connection_test import test_connection as check
from causeloop_pipeline.landing.polling.page import Page
from causeloop_pipeline.landing.polling.pull import pull
from causeloop_pipeline.landing.polling.sync_input import SyncInput
from causeloop_pipeline.storage.embedded.postgres_server import Server
from tests.landing.polling.endless_server import answer_without_end
from tests.support.polling import NOW, ids

PASSWORD = "planted-secret-of-reader"
QUERY = (
    "select id, subject as title, severity, service, opened_at as source_created_at, updated_at, cost, blob "
    "from tickets"
)


@dataclass
class Customer:
    """A customer's database with a table of tickets and a role that may read (and, by mistake, write) it."""

    port: int
    connection: psycopg.Connection[Any] = field(repr=False)

    @property
    def egress(self) -> EgressPolicy:
        return EgressPolicy(frozenset({("127.0.0.1", self.port)}))

    def pages(self, cursor: dict[str, Any] | None = None, days: int = 3650, **config: Any) -> Iterator[Page]:
        sync = SyncInput(
            config=self.config(**config),
            credentials={"password": config.pop("password", PASSWORD)},
            cursor=cursor,
            backfill_days=days,
            now=NOW,
        )
        return pull(CONNECTORS["postgresql"], sync, self.egress)

    def config(self, **changed: Any) -> dict[str, Any]:
        changed.pop("password", None)
        return {
            "host": "127.0.0.1",
            "port": self.port,
            "database": "customer",
            "user": "reader",
            "sslmode": "disable",
            "query": QUERY,
            **changed,
        }


@pytest.fixture(scope="module")
def customer_database(postgres: Server) -> Iterator[Server]:
    with psycopg.connect(postgres.url(), autocommit=True) as superuser:
        superuser.execute("create database customer")
        superuser.execute(f"create role reader login password '{PASSWORD}'")
        yield postgres
        superuser.execute("drop database customer with (force)")
        superuser.execute("drop role reader")


@pytest.fixture
def customer(customer_database: Server) -> Iterator[Customer]:
    with psycopg.connect(customer_database.url("customer"), autocommit=True) as connection:
        connection.execute(
            "create table tickets (id bigint primary key, subject text, severity text, service text, "
            "opened_at timestamptz, updated_at timestamptz, cost numeric, blob bytea)"
        )
        connection.execute("grant select, insert, update, delete on tickets to reader")
        yield Customer(customer_database.port, connection)
        connection.execute("drop table tickets")


def fill(customer: Customer, count: int, start: datetime = datetime(2026, 3, 1, tzinfo=UTC)) -> None:
    customer.connection.execute(
        "insert into tickets select n, 'Replica lag ' || n, 'p2', 'orders-db', %s + n * interval '1 minute', "
        "%s + n * interval '1 minute', n + 0.5, '\\x00ff' from generate_series(1, %s) as n",
        (start, start, count),
    )


def test_rows_become_records_in_the_products_own_fields(customer):
    fill(customer, 1)
    (page,) = customer.pages()
    (record,) = page.records
    assert (record.source, record.external_id, record.kind, record.channel) == (
        "postgresql",
        "1",
        "normalized",
        "poll",
    )
    assert record.source_updated_at == datetime(2026, 3, 1, 0, 1, tzinfo=UTC)
    assert record.payload == {
        "external_id": "1",
        "title": "Replica lag 1",
        "severity": "p2",
        "service": "orders-db",
        "source_created_at": "2026-03-01T00:01:00+00:00",
        "source_updated_at": "2026-03-01T00:01:00+00:00",
        "attributes": {"id": 1, "cost": "1.5", "blob": "AP8="},
    }


def test_a_sync_continues_where_the_last_one_stopped(customer):
    fill(customer, 1_200)
    first = list(customer.pages())
    assert [len(page.records) for page in first] == [500, 500, 200]
    assert len(set(ids(first))) == 1_200
    later = "update tickets set updated_at = '2026-03-08', severity = 'p1' where id in (3, 700)"
    customer.connection.execute(later)
    second = list(customer.pages(first[-1].cursor))
    assert {"3", "700"} <= set(ids(second))
    assert len(ids(second)) < 10


def test_a_sync_that_was_cut_off_continues_without_a_gap(customer):
    fill(customer, 1_200)
    first = next(customer.pages())
    rest = list(customer.pages(first.cursor))
    assert set(ids([first, *rest])) == {str(n) for n in range(1, 1_201)}


def test_a_row_from_the_future_does_not_carry_the_cursor_along(customer):
    fill(customer, 3)
    customer.connection.execute("update tickets set updated_at = '2027-01-01' where id = 2")
    (page,) = customer.pages()
    assert len(page.records) == 3
    assert page.cursor["rows"] == {"instant": NOW.isoformat()}


def test_a_first_sync_reaches_back_as_far_as_configured(customer):
    fill(customer, 2)
    customer.connection.execute(
        "update tickets set updated_at = %s where id = 1", (NOW - timedelta(days=91),)
    )
    assert ids(list(customer.pages(days=90))) == ["2"]


def test_a_cursor_may_be_a_growing_number(customer):
    fill(customer, 5)
    (first,) = customer.pages(cursor_column="id")
    assert first.cursor["rows"] == {"value": "5"}
    customer.connection.execute("insert into tickets (id, subject, updated_at) values (6, 'six', now())")
    assert ids(list(customer.pages(first.cursor, cursor_column="id"))) == ["5", "6"]


def test_a_row_that_is_not_an_issue_goes_to_quarantine(customer):
    fill(customer, 2)
    customer.connection.execute("update tickets set subject = null where id = 1")
    (page,) = customer.pages()
    assert ids([page]) == ["2"]
    assert [(refused.external_id, refused.reason) for refused in page.quarantined] == [
        ("1", "column 'title' holds no title")
    ]


def test_dates_in_a_text_column_are_read_as_those_of_a_file(customer):
    """Day and month are distinguished by all rows of a sync, and stay so in the next ones."""
    fill(customer, 700)
    query = (
        "select id, subject, updated_at, "
        "case id when 700 then '25/02/2026' else '03/02/2026' end as created_at from tickets"
    )
    fields = {"title": "subject"}
    pages = list(customer.pages(query=query, fields=fields))
    starts = {record.payload["source_created_at"][:10] for page in pages for record in page.records}
    assert starts == {"2026-02-03", "2026-02-25"}
    customer.connection.execute("insert into tickets (id, subject, updated_at) values (701, 'x', now())")
    (later,) = customer.pages(pages[-1].cursor, query=query, fields=fields)
    assert {record.payload["source_created_at"][:10] for record in later.records} >= {"2026-02-03"}


def test_nothing_can_be_written_even_where_the_role_may(customer, monkeypatch):
    fill(customer, 2)
    monkeypatch.setattr(
        "causeloop_pipeline.landing.polling.sql.source.check_select", lambda query, dialect: query
    )
    for query in (
        "with d as (delete from tickets returning *) select * from d",
        f"{QUERY}) as source; delete from tickets; select * from ({QUERY}",
        "select id, updated_at from tickets for update",
    ):
        with pytest.raises(PermanentFailure):
            list(customer.pages(query=query))
    assert customer.connection.execute("select count(*) from tickets").fetchone() == (2,)


def test_a_query_that_takes_too_long_is_ended(customer, monkeypatch):
    fill(customer, 2_000)
    monkeypatch.setattr("causeloop_pipeline.landing.polling.sql.source.STATEMENT_SECONDS", 1)
    product = "tickets a, tickets b, tickets c, tickets d"
    endless = f"select count(*) as id, max(a.updated_at) as updated_at from {product}"
    with pytest.raises(PermanentFailure, match="took longer than 1 s"):
        list(customer.pages(query=endless))


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"query": "select * from missing"}, 'relation "missing" does not exist'),
        ({"query": "select id from tickets"}, 'column "updated_at" does not exist'),
        ({"query": "select 1 as id, now() as updated_at from pg_authid"}, "permission denied"),
        ({"query": "delete from tickets"}, "must be a SELECT"),
        ({"cursor_column": "nope"}, 'column "nope" does not exist'),
        ({"password": "wrong"}, "password authentication failed"),
        ({"database": "nowhere"}, 'database "nowhere" does not exist'),
        ({"user": "nobody-here"}, "authentication failed"),
        ({"sslmode": "require"}, "SSL"),
    ],
)
def test_what_a_person_must_fix_is_named(customer, changed, reason):
    fill(customer, 1)
    with pytest.raises(PermanentFailure, match=reason) as failed:
        list(customer.pages(**changed))
    assert PASSWORD not in str(failed.value)


def test_a_server_that_is_down_is_a_transient_failure(customer):
    policy = EgressPolicy(frozenset({("127.0.0.1", 1)}))
    sync = SyncInput(
        config=customer.config(port=1),
        credentials={"password": PASSWORD},
        backfill_days=1,
        now=NOW,
    )
    with pytest.raises(TransientFailure) as failed:
        list(pull(CONNECTORS["postgresql"], sync, policy))
    assert PASSWORD not in str(failed.value)


def test_a_private_database_needs_an_administrators_leave(customer):
    report = check(CONNECTORS["postgresql"], customer.config(), {"password": PASSWORD}, EgressPolicy(), NOW)
    assert not report.ok
    assert "CAUSELOOP_EGRESS_ALLOW" in report.reason


def test_a_row_that_is_too_large_stays_on_the_server_and_is_quarantined(customer):
    fill(customer, 3)
    customer.connection.execute("update tickets set subject = repeat('x', 20000000) where id = 2")
    (page,) = customer.pages()
    (refused,) = page.quarantined
    assert ids([page]) == ["1", "3"]
    assert "larger than 1,000,000 bytes" in refused.reason
    assert refused.raw.startswith(b'{"row begins with":"(2,xxx')
    assert len(refused.raw) < 1_000


def test_large_rows_come_in_pages_of_a_bounded_size(customer):
    fill(customer, 30)
    customer.connection.execute("update tickets set subject = repeat('x', 900000)")
    pages = list(customer.pages())
    assert sum(len(page.records) for page in pages) == 30
    assert all(len(page.records) <= 20 for page in pages)


def test_columns_may_be_named_like_anything(customer):
    fill(customer, 1)
    query = "select id, subject as title, updated_at, 1 as source, 2 as content, 3 as measured from tickets"
    (page,) = customer.pages(query=query)
    assert page.records[0].payload["attributes"] == {"id": 1, "source": 1, "content": 2, "measured": 3}


def test_a_server_that_sends_without_end_takes_no_memory_of_this_process(customer):
    with answer_without_end() as port:
        policy = EgressPolicy(frozenset({("127.0.0.1", port)}))
        sync = SyncInput(
            config=customer.config(port=port), credentials={"password": "p"}, backfill_days=1, now=NOW
        )
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with pytest.raises(OutsideFailure):
            list(pull(CONNECTORS["postgresql"], sync, policy))
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000


def test_too_many_rows_of_one_cursor_value_are_noticed(customer, monkeypatch):
    monkeypatch.setattr("causeloop_pipeline.landing.polling.sql.source.MAX_ROWS", 1_000)
    fill(customer, 1_200)
    customer.connection.execute("update tickets set updated_at = '2026-03-05'")
    first = list(customer.pages())
    with pytest.raises(PermanentFailure, match="share one value of 'updated_at'"):
        for _ in range(3):
            first = list(customer.pages(first[-1].cursor))
