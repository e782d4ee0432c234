from collections.abc import Iterator

import pytest

from causeloop_pipeline.egress.errors import PermanentFailure
from causeloop_pipeline.landing.polling.sql.select_guard import check_select
from tests.landing.polling.sql.hostile_statements import HOSTILE
from tests.offenders import assert_no_offenders

GOOD = [
    "select id, title from tickets",
    "select * from tickets where state <> 'closed' order by id;",
    "select t.id, coalesce(t.title, '') as title, s.name from tickets t left join services s on s.id = t.s",
    "with recent as (select * from tickets where opened_at > now() - interval '1 year') select * from recent",
    "select id, count(*) filter (where open) over (partition by team) from tickets",
    "select 1 as id union all select 2",
    "select data->>'title' as title, (data #>> '{a,b}') as x, to_char(opened_at, 'YYYY') from tickets",
    "select id, case when severity = 1 then 'p1' else 'p3' end as severity from tickets -- a remark",
    "select jsonb_build_object('a', 1) as attributes, extract(epoch from opened_at) from tickets",
]
HARMFUL_CALLS = (
    "pg_read_file('/etc/passwd')",
    "pg_read_binary_file('/etc/passwd')",
    "pg_ls_dir('/')",
    "pg_sleep(100)",
    "pg_terminate_backend(1)",
    "pg_advisory_lock(1)",
    "pg_notify('a', 'b')",
    "lo_import('/etc/passwd')",
    "lo_export(1, '/tmp/x')",
    "lo_unlink(1)",
    "dblink('host=evil', 'select 1')",
    "dblink_exec('delete from x')",
    "set_config('role', 'admin', false)",
    "nextval('s')",
    "setval('s', 1)",
    "query_to_xml('delete from x', true, true, '')",
    "database_to_xml(true, true, '')",
    "pg_catalog.pg_read_file('/etc/passwd')",
    "public.f()",
    "\"pg_read_file\"('/etc/passwd')",
    "PG_READ_FILE('/etc/passwd')",
    "current_setting('x')",
    "txid_current()",
    "my_own_function(1)",
    "inet_server_addr()",
)
PLACES = (
    "select {}",
    "select * from {} as f",
    "select id from t where {} is not null",
    "with c as (select {}) select * from c",
    "select 1 union select {}",
    "select id from t order by {}",
    "select id from t, lateral {} as l",
)
BAD = [
    "",
    "   ;  ",
    "select 1; select 2",
    "select 1; drop table tickets",
    "insert into t values (1)",
    "update t set a = 1",
    "delete from t",
    "truncate t",
    "drop table t",
    "create table t (a int)",
    "create table t as select 1",
    "select * into t2 from t",
    "select * from t for update",
    "select * from t for share",
    "with d as (delete from t returning *) select * from d",
    "with i as (insert into t values (1) returning *) select * from i",
    "with u as (update t set a = 1 returning *) select * from u",
    "merge into t using s on t.id = s.id when matched then delete",
    "copy t to '/tmp/x'",
    "copy t from program 'id'",
    "copy (select 1) to stdout",
    "set role admin",
    "reset role",
    "begin",
    "commit",
    "select 1; commit; delete from t",
    "do $$ begin delete from t; end $$",
    "call p()",
    "execute q",
    "prepare q as select 1",
    "explain analyze delete from t",
    "vacuum",
    "grant select on t to public",
    "alter role reader superuser",
    "listen x",
    "notify x",
    "load 'x'",
    "lock table t",
    "table t; delete from t",
    "values (1)",
    "show all",
    "select $1",
    "select * from t) as source; delete from t; select * from (select 1",
    "select 1 as id) as source; drop table t --",
    "select 1 /* ) as source; drop table t */; delete from t",
    "(" * 3000 + "select 1" + ")" * 3000,
    "\x00",
    "não é sql; '",
    *(place.format(call) for place in PLACES for call in HARMFUL_CALLS),
]


@pytest.mark.parametrize("query", GOOD)
def test_plain_reading_is_allowed(query):
    checked = check_select(query)
    assert ";" not in checked
    assert check_select(checked) == checked


def test_everything_else_is_refused_with_a_reason():
    def find_problems(query: str) -> Iterator[str]:
        try:
            yield f"was allowed as {check_select(query)}"
        except PermanentFailure as error:
            if "query" not in str(error):
                yield f"expected a reason about the query, found {error}"

    assert_no_offenders(BAD, find_problems)


def test_comments_in_a_query_cannot_hide_the_statement_around_it():
    assert "--" not in check_select("select 1 as id -- ")
    assert "/*" not in check_select("select 1 /* as */ as id")


PLAIN = {
    "mysql": (
        "select id, `key`, ifnull(title, '') as title from ops.tickets where t > now() - interval 1 year",
        "select id, doc->>'$.title' as title, date_format(opened_at, '%Y') as year from tickets limit 5",
    ),
    "tsql": (
        "select top 5 id, [key], isnull(title, '') as title from dbo.tickets with (nolock) order by id",
        "with recent as (select * from ops.dbo.tickets where opened_at > dateadd(day, -9, getdate())) "
        "select * from recent",
    ),
    "snowflake": (
        "select id, v:fields.summary::string as title from ops.public.tickets",
        "select t.id, f.value as label from tickets as t, lateral flatten(input => t.labels) as f",
    ),
    "bigquery": (
        "select id, json_value(doc, '$.title') as title from `acme.ops.tickets`",
        "select id, safe_cast(n as int64) as n from ops.tickets where t > timestamp_sub(current_timestamp(), "
        "interval 1 day)",
    ),
    "redshift": (
        "select id, nvl(title, '') as title, json_extract_path_text(doc, 'a') as a from ops.tickets",
    ),
    "databricks": ("select id, doc:title as title, date_format(t, 'yyyy') as y from main.ops.tickets",),
}


@pytest.mark.parametrize("dialect", PLAIN)
def test_plain_reading_is_allowed_in_every_dialect(dialect):
    for query in PLAIN[dialect]:
        checked = check_select(query, dialect)
        assert check_select(checked, dialect) == checked


@pytest.mark.parametrize("dialect", HOSTILE)
def test_hostile_statements_are_refused_in_every_dialect(dialect):
    allowed = []
    for statement in HOSTILE[dialect]:
        try:
            allowed.append(check_select(statement, dialect))
        except PermanentFailure:
            continue
    assert allowed == []


def test_there_are_two_hundred_hostile_statements():
    assert len({(dialect, text) for dialect, texts in HOSTILE.items() for text in texts}) >= 200


def test_names_are_quoted_where_quotes_change_nothing():
    assert check_select("select id, state from t", "tsql") == "SELECT [id], [state] FROM [t]"
    assert check_select("select id from t", "mysql") == "SELECT `id` FROM `t`"


def test_a_second_statement_without_a_semicolon_becomes_a_name():
    """What runs is written from what was understood, not what was sent."""
    assert check_select("select 1 delete from tickets", "tsql") == "SELECT 1 AS [delete] FROM [tickets]"
