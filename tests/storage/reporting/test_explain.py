"""What `explain` tells a login for BI of others: how many rows there are, and nothing of what is in them."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import psycopg
import pytest

from causeloop_pipeline.storage.database.session import Database
from tests.conftest import Installation, new_workspace
from tests.storage.reporting.test_hostile_login import VIEWS, grant

INSERT_ISSUES = """
insert into core.issue (workspace_id, issue_id, source, external_id, title, severity, status, service,
    source_created_at, source_updated_at, ingested_at)
select %s, gen_random_uuid(), 'custom_api', 'm' || n, 'merger-with-initech', 'p4', 'open', 'project-x',
    now(), now(), now()
from generate_series(1, 3000) as n
"""
PLANS = (
    (),
    ("set enable_seqscan = off",),
    ("set enable_indexscan = off", "set enable_bitmapscan = off"),
    ("set enable_indexscan = off", "set enable_seqscan = off"),
    ("set plan_cache_mode = force_generic_plan", "set enable_sort = off"),
)
CONDITIONS = (
    "service = %s",
    "title = %s",
    "service in (%s, 'none')",
    "title like %s || '%%'",
    "service >= %s and service <= %s || 'x'",
    "title = (select title from reporting.issues where service = %s limit 1)",
)
VALUES_OF_OTHERS = {"service": "project-x", "title": "merger-with-initech"}
VALUE_OF_NOBODY = "nobody-has-this-one"


@pytest.fixture(scope="module")
def login(installation: Installation) -> Iterator[psycopg.Connection]:
    """A login of one tenant, while another has many issues of one service and title."""
    with psycopg.connect(installation.owner_url, autocommit=True) as owner:
        own, other = new_workspace(owner), new_workspace(owner)
        with Database(installation.pipeline_url).workspace(other) as session:
            session.execute(INSERT_ISSUES, (other,))
        add_own_issue(installation, own)
        with psycopg.connect(installation.pipeline_url, autocommit=True) as pipeline:
            pipeline.execute("analyze core.issue")
    with psycopg.connect(grant(own), autocommit=True) as connection:
        yield connection
    with Database(installation.pipeline_url).workspace(other) as session:
        session.execute("delete from core.issue where workspace_id = %s", (other,))


def add_own_issue(installation: Installation, workspace_id: UUID) -> None:
    with Database(installation.pipeline_url).workspace(workspace_id) as session:
        session.execute(INSERT_ISSUES.replace("3000", "1"), (workspace_id,))
        session.execute(
            "update core.issue set service = 'own', title = 'own' where workspace_id = %s", (workspace_id,)
        )


def explain(login: psycopg.Connection, condition: str, value: str, options: tuple[str, ...]) -> Any:
    """The plan with every number in it but those of the clock, and without the value itself."""
    login.execute("reset all")
    for option in options:
        login.execute(option)
    text = condition.replace("%s", f"'{value}'").replace("%%", "%")
    query = f"select * from reporting.issues where {text}"
    explained = f"explain (analyze, format json, timing off, buffers on, summary off, settings on) {query}"
    login.execute(explained)  # the first look at an index tidies it up
    row = login.execute(explained).fetchone()
    assert row is not None
    return json.loads(json.dumps(remove_memory(row[0])).replace(value, "VALUE"))


def remove_memory(plan: Any) -> Any:
    """Without what depends on caches and on the length of the text."""
    if isinstance(plan, dict):
        return {
            name: remove_memory(part)
            for name, part in plan.items()
            if "Blocks" not in name and name not in {"Planning", "Storage", "Maximum Storage"}
        }
    return [remove_memory(part) for part in plan] if isinstance(plan, list) else plan


@pytest.mark.parametrize("options", PLANS)
@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_value_that_others_have_is_explained_as_one_that_nobody_has(
    login: psycopg.Connection, condition: str, options: tuple[str, ...]
) -> None:
    is_of_title = condition.startswith("title ") and "service" not in condition
    value = VALUES_OF_OTHERS["title" if is_of_title else "service"]

    assert explain(login, condition, value, options) == explain(login, condition, VALUE_OF_NOBODY, options)


def test_of_others_it_tells_how_many_rows_there_are_in_all(login: psycopg.Connection) -> None:
    plans = {
        str(
            explain(login, condition, VALUE_OF_NOBODY, PLANS[2])[0]["Plan"]
            .get("Plans", [{}])[0]
            .get("Rows Removed by Filter")
        )
        for condition in CONDITIONS[:3]
    }
    assert len(plans) == 1, "the same number whatever the condition"


def test_every_view_keeps_conditions_outside(owner: psycopg.Connection) -> None:
    rows = owner.execute(
        "select relname, pg_get_viewdef(oid) from pg_class where relnamespace = 'reporting'::regnamespace"
    ).fetchall()

    assert {name for name, _ in rows} >= set(VIEWS)
    assert [name for name, text in rows if not text.rstrip(";").endswith("OFFSET 0")] == []
