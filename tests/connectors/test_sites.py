"""Of all tools of a type, a connector's site is the one whose ids its records bear."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.connectors.sites import Neighbor, choose_site, find_location, list_kin
from causeloop_pipeline.connectors.spec import Connector
from causeloop_pipeline.model.raw_record import RawRecord, payload_hash
from causeloop_pipeline.storage.app.connectors import NewConnector, create_connector, read_active_connector
from causeloop_pipeline.storage.app.vault import Vault
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.dbt.runner import Normalizer
from causeloop_pipeline.storage.raw.conservation import check_conservation
from causeloop_pipeline.storage.raw.records import Origin, land
from tests.connectors.case_records import case_records
from tests.offenders import assert_no_offenders, compare
from tests.support.normalizing import normalize, normalizer

VAULT = Vault(b"k" * 32)
OWN = UUID(int=7)
TABLE = {"host": "db.example.com", "database": "shop"}


@pytest.fixture
def models(installation: Any) -> Normalizer:
    return normalizer(installation.pipeline_url)


def fill_in(connector: Connector, place: str) -> dict[str, Any]:
    """A configuration of a tool at a place: whatever says where it is says this one."""
    names = [field.name for field in connector.fields if field.type == "text" and not field.choices]
    filled = {name: f"{place}.example.com" for name in names if name not in ("path", "query", "base_url")}
    lists = {field.name: [place] for field in connector.fields if field.type == "list"}
    address = {"base_url": f"https://{place}.example.com"} if "base_url" in names else {}
    return filled | lists | address | ({"query": "select * from incident"} if connector.query else {})


def connect(database: Database, workspace_id: UUID, tool: str, config: dict[str, Any], name: str) -> Origin:
    """Create a connector; whose records it lands from now on."""
    connector_id = uuid4()
    new = NewConnector(
        workspace_id=workspace_id,
        connector_id=connector_id,
        connector_type=tool,
        display_name=name,
        config=config,
        credentials={},
    )
    with database.workspace(workspace_id) as session:
        create_connector(session, VAULT, new)
        stored = read_active_connector(session, VAULT, workspace_id, connector_id)
    assert stored is not None
    return Origin(connector_id, stored.site)


def send_otherwise(record: RawRecord) -> RawRecord:
    """The same id, sent by another tool."""
    payload = {**record.payload, "sent_by": "another tool"}
    return replace(record, payload=payload, payload_hash=payload_hash(payload), canonical=b"")


def read_rows(database: Database, origins: dict[str, Origin], workspace_id: UUID) -> dict[str, Any]:
    """By tool, the issues and changes of its connector."""
    with database.workspace(workspace_id) as session:
        rows = [
            *session.rows("select * from core.issue order by issue_id"),
            *session.rows("select * from core.change order by change_id"),
        ]
    return {
        tool: [row for row in rows if row["connector_id"] == origin.connector_id]
        for tool, origin in origins.items()
    }


def test_connecting_a_second_tool_of_a_type_changes_nothing_of_the_first_ones(
    database: Database, workspace_id: UUID, models: Normalizer
) -> None:
    """Of every type: both tools use the same ids."""
    records = {tool: case_records(tool) for tool in CONNECTORS}
    first, second = {}, {}
    for tool, connector in CONNECTORS.items():
        first[tool] = connect(database, workspace_id, tool, fill_in(connector, "one"), f"{tool} 1")
        with database.workspace(workspace_id) as session:
            land(session.connection, workspace_id, first[tool], records[tool])
    normalize(database, models, workspace_id)
    before = read_rows(database, first, workspace_id)

    for tool, connector in CONNECTORS.items():
        second[tool] = connect(database, workspace_id, tool, fill_in(connector, "two"), f"{tool} 2")
        with database.workspace(workspace_id) as session:
            others = [send_otherwise(record) for record in records[tool]]
            land(session.connection, workspace_id, second[tool], others)
    report = normalize(database, models, workspace_id)
    after, added = (read_rows(database, origins, workspace_id) for origins in (first, second))

    def find_problems(tool: str) -> Iterator[str]:
        yield from compare(before[tool], after[tool])
        if not before[tool] or len(added[tool]) != len(before[tool]):
            yield f"the first has {len(before[tool])}, the second {len(added[tool])} issues and changes"

    assert_no_offenders({tool: tool for tool in CONNECTORS}, find_problems)
    assert {check.name: check.status for check in report.checks if check.status != "pass"} == {}
    with database.workspace(workspace_id) as session:
        balances = check_conservation(session, workspace_id)
    assert [balance for balance in balances if not balance.balanced] == []


def test_every_type_says_where_its_tool_is() -> None:
    """Or it is only pushed to, and has a site of its own."""

    def find_problems(connector: Connector) -> Iterator[str]:
        unknown = set(connector.site or ()) - {field.name for field in connector.fields}
        if unknown:
            yield f"site names {', '.join(sorted(unknown))}, which are not fields of the configuration"
        config = fill_in(connector, "one")
        if connector.is_polled and not find_location(connector, config):
            yield "is polled, and nothing in its configuration says where"
        for name in connector.site or ():
            if find_location(connector, config) == find_location(connector, config | {name: "two"}):
                yield f"another {name} makes no other site"

    assert_no_offenders(CONNECTORS, find_problems)


@pytest.mark.parametrize(
    ("tool", "config", "same"),
    [
        (
            "redmine",
            {"base_url": "https://redmine.example.com"},
            {"base_url": "HTTP://Redmine.Example.com:80/"},
        ),
        ("redmine", {"base_url": "https://x.example:443/base"}, {"base_url": "https://x.example/base/"}),
        ("azure_devops", {"organization": "acme"}, {"organization": "ACME", "projects": ["shop"]}),
        ("datadog", {}, {"site": "datadoghq.com"}),
        (
            "postgresql",
            TABLE | {"query": "select * from t"},
            TABLE | {"port": 5432, "query": "SELECT id\nFROM T"},
        ),
        (
            "postgresql",
            TABLE | {"query": "select 1 from t"},
            TABLE | {"user": "b", "query": "select 2 from t"},
        ),
        ("object_store", {"bucket": "b", "prefix": "in"}, {"bucket": "b", "prefix": "in/", "store": "s3"}),
        ("github", {"repositories": ["a/b"]}, {"repositories": ["c/d"]}),
    ],
)
def test_one_tool_is_one_site_however_it_is_written(
    tool: str, config: dict[str, Any], same: dict[str, Any]
) -> None:
    location = find_location(CONNECTORS[tool], config)

    assert location
    assert find_location(CONNECTORS[tool], same) == location


@pytest.mark.parametrize(
    ("tool", "config", "other"),
    [
        ("redmine", {"base_url": "https://a.example"}, {"base_url": "https://a.example:8443"}),
        ("redmine", {"base_url": "https://a.example"}, {"base_url": "https://a.example/second"}),
        ("postgresql", TABLE | {"query": "select * from a"}, TABLE | {"query": "select * from b"}),
        (
            "postgresql",
            TABLE | {"query": "select * from a"},
            TABLE | {"database": "x", "query": "select * from a"},
        ),
        (
            "postgresql",
            TABLE | {"preset": "fivetran_jira", "schema": "jira"},
            TABLE | {"preset": "fivetran_jira", "schema": "jira_2"},
        ),
        ("object_store", {"bucket": "b", "prefix": "in"}, {"bucket": "b", "prefix": "IN"}),
        ("object_store", {"bucket": "b"}, {"bucket": "b", "endpoint": "https://minio.example.com"}),
        ("drop_folder", {}, {"prefix": "in"}),
        (
            "custom_api",
            {"base_url": "https://a.b", "path": "/jobs"},
            {"base_url": "https://a.b", "path": "/runs"},
        ),
        ("jira_service_management", {"cloud_id": "1"}, {"cloud_id": "2"}),
    ],
)
def test_two_tools_are_two_sites(tool: str, config: dict[str, Any], other: dict[str, Any]) -> None:
    assert find_location(CONNECTORS[tool], config) != find_location(CONNECTORS[tool], other)


def test_the_tables_of_a_query_are_those_outside_of_it() -> None:
    query = "with late as (select * from Orders) select * from late join public.items using (id)"

    assert find_location(CONNECTORS["postgresql"], TABLE | {"query": query}).endswith("/orders,public.items")


def test_what_is_only_pushed_to_has_a_site_of_its_own() -> None:
    assert choose_site(CONNECTORS["uptime_kuma"], {}, OWN) == str(OWN)
    assert choose_site(CONNECTORS["airflow"], {}, OWN, [Neighbor("airflow", {}, "another")]) == str(OWN)


def test_two_connectors_of_one_tool_share_a_site_also_one_from_before_there_were_sites() -> None:
    config = {"base_url": "https://redmine.example.com"}

    assert choose_site(CONNECTORS["redmine"], config, OWN) == "redmine.example.com"
    assert choose_site(CONNECTORS["redmine"], config, OWN, [Neighbor("redmine", config, "")]) == ""


def test_where_only_the_credentials_know_the_account_a_second_connector_is_another_tool() -> None:
    """Stories of Shortcut are numbered in each account; ids of PagerDuty occur once."""
    taken = [Neighbor("shortcut", {}, "api.app.shortcut.com")]

    assert choose_site(CONNECTORS["shortcut"], {}, OWN) == "api.app.shortcut.com"
    assert choose_site(CONNECTORS["shortcut"], {}, OWN, taken) == str(OWN)
    assert (
        choose_site(CONNECTORS["pagerduty"], {}, OWN, [Neighbor("pagerduty", {}, "its site")]) == "its site"
    )


def test_where_a_tool_has_moved_away_another_one_has_a_site_of_its_own() -> None:
    moved = Neighbor("redmine", {"base_url": "https://new.example.com"}, "old.example.com")

    assert choose_site(CONNECTORS["redmine"], {"base_url": "https://old.example.com"}, OWN, [moved]) == str(
        OWN
    )


def test_types_that_bring_each_others_records_share_the_site_of_their_tool() -> None:
    before = Neighbor("github", {"repositories": ["acme/shop"]}, "")

    assert choose_site(CONNECTORS["github_actions"], {}, OWN, [before]) == ""
    assert list_kin("github_security") == ["github", "github_actions", "github_security"]
    assert list_kin("jira") == ["jira"]
