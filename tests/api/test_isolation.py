"""A thousand random reads of two tenants through the API and SQL return nothing of the other tenant."""

import random
from uuid import UUID

import psycopg

from tests.api.conftest import Client
from tests.api.contract import Contract
from tests.api.sample import Sample
from tests.conftest import Installation

READS = 700
STATEMENTS = 300
TABLES = """
select c.oid::regclass::text
from pg_class as c join pg_attribute as a on a.attrelid = c.oid
where c.relkind = 'r' and a.attname = 'workspace_id' and has_table_privilege(current_user, c.oid, 'select')
order by 1
"""


def test_a_thousand_random_reads_return_nothing_of_the_other_tenant(
    client: Client,
    contract: Contract,
    sample: Sample,
    other_sample: Sample,
    installation: Installation,
) -> None:
    rng = random.Random(7)
    assert _find_api_leaks(client, contract, (sample, other_sample), rng) == []
    assert _find_sql_leaks(installation, (sample, other_sample), rng) == []


def _find_api_leaks(
    client: Client, contract: Contract, tenants: tuple[Sample, Sample], rng: random.Random
) -> list[str]:
    paths = sorted(
        path
        for method, _, path, operation in contract.operations
        if method == "GET" and path.startswith("/v1/") and operation["security"] and "stream" not in path
    )
    clients = [client(tenant.credentials["owner"]) for tenant in tenants]
    leaks = []
    for _ in range(READS):
        me = rng.randrange(2)
        path = rng.choice(paths)
        for name in [part[1:-1] for part in path.split("/") if part.startswith("{")]:
            ids = {"connector_type": "jira", **tenants[rng.randrange(2)].ids}
            path = path.replace(f"{{{name}}}", str(ids[name]))
        query = rng.choice(
            ["", f"?q={tenants[1 - me].canary}", f"?pattern_id={tenants[1 - me].ids['pattern_id']}"]
        )
        response = clients[me].get(path + query)
        foreign = str(tenants[1 - me].workspace_id)
        text = response.text.replace(path, "")  # a problem repeats the path of the request
        if tenants[1 - me].canary in text or foreign in text:
            leaks.append(f"{path}{query}")
    return leaks


def _find_sql_leaks(
    installation: Installation, tenants: tuple[Sample, Sample], rng: random.Random
) -> list[str]:
    leaks = []
    with psycopg.connect(installation.api_url, autocommit=True) as connection:
        tables = [row[0] for row in connection.execute(TABLES).fetchall()]
        assert len(tables) > 30
        for _ in range(STATEMENTS):
            me, table, other = tenants[rng.randrange(2)], rng.choice(tables), rng.choice(tables)
            statement = rng.choice(
                (
                    f"select workspace_id from {table}",
                    f"select workspace_id from {table} as a full join {other} as b using (workspace_id)",
                    f"select workspace_id from {table} union select workspace_id from {other}",
                    f"select workspace_id from {table} where workspace_id <> '{me.workspace_id}'",
                )
            )
            with connection.transaction():
                connection.execute(
                    "select set_config('causeloop.workspace', %s, true)", (str(me.workspace_id),)
                )
                seen: set[UUID] = {row[0] for row in connection.execute(statement).fetchall()}
            if seen - {me.workspace_id, None}:
                leaks.append(statement)
            assert connection.execute(f"select count(*) from {table}").fetchone() == (0,)
    return leaks


def test_reads_leave_no_workspace_behind_on_a_connection(installation: Installation, sample: Sample) -> None:
    with psycopg.connect(installation.api_url, autocommit=True) as connection:
        statement = "select to_json(count(*)) from core.issue"
        seen = connection.execute("select app.read(%s, %s)", (sample.workspace_id, statement)).fetchone()
        after = connection.execute("select count(*) from core.issue").fetchone()

    assert seen == ("12",)
    assert after == (0,)
