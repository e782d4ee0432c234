"""A reported issue can be read at once, and is already what the next run makes of its record."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2

from causeloop_pipeline.model.issue import IssueStatus, Severity
from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import Client
from tests.api.sample import Sample
from tests.conftest import Installation
from tests.support.normalizing import land_records, normalize, normalizer, record

ISSUES = 40
TEXTS = ("api", "Zahlungen “neu”", "a\nb\tc", " \\ ' \" ", "x" * 200, "\u00a0Ω\u00a0")
ADDRESSES = ("https://example.com/1?a=b", "http://EXAMPLE.COM/ä?b", "https://", "https:// x")
ATTRIBUTES: tuple[dict[str, Any], ...] = (
    {},
    {"a": {"b": [1, 2.5, None, "ü"]}},
    {"severity": "sev1", "region": "eu"},
)
EDITS: tuple[dict[str, Any], ...] = (
    {"title": "Edited"},
    {"status": "open"},
    {"team": None, "severity": "p4"},
)
OVERRIDES = [("severity", "p2", "p1"), ("status", "mitigating", "resolved"), ("status", "closed", "open")]
# All but the moment of the last change, which is a later one after the run.
SELECT_ISSUES = """
select external_id, to_jsonb(i) - 'changed_at' || jsonb_build_object('occurrences', (
    select jsonb_agg(o order by o.started_at) from core.occurrence as o
    where o.workspace_id = i.workspace_id and o.issue_id = i.issue_id
)) as row
from core.issue as i
where source = 'custom_api'
"""


def make_report(chance: random.Random, **fixed: Any) -> dict[str, Any]:
    """A report in which any field may be absent, empty of meaning, or at the edge of what is accepted."""
    moment = datetime.now(UTC) - timedelta(
        hours=chance.randrange(1, 2_000), microseconds=chance.randrange(10**6)
    )
    fields: dict[str, Any] = {
        "title": chance.choice(("Disk full", " Disk  full\n", "t" * 300)),
        "body": chance.choice((*TEXTS, " ", "")),
        "severity": chance.choice(list(Severity)),
        "status": chance.choice(list(IssueStatus)),
        **{name: chance.choice(TEXTS) for name in ("service", "error_type", "team", "environment")},
        "external_url": chance.choice(ADDRESSES),
        "source_created_at": moment.isoformat(),
        "resolved_at": (moment + timedelta(hours=1)).astimezone().isoformat(),
        "attributes": chance.choice(ATTRIBUTES),
    }
    return {name: fields[name] for name in fields if name == "title" or chance.random() < 0.6} | fixed


def read_issues(database: Database, sample: Sample) -> dict[str, Any]:
    with database.workspace(sample.workspace_id) as session:
        return {row["external_id"]: row["row"] for row in session.rows(SELECT_ISSUES)}


def override_values(database: Database, sample: Sample) -> None:
    with database.workspace(sample.workspace_id) as session:
        for override in OVERRIDES:
            session.execute(
                "insert into core.value_override (workspace_id, source, field, vendor_value, value) "
                "values (%s, 'custom_api', %s, %s, %s)",
                (sample.workspace_id, *override),
            )


def assign_to_pattern(database: Database, sample: Sample, issue_id: str) -> None:
    """As the grouping does with an open issue."""
    with database.workspace(sample.workspace_id) as session:
        session.execute(
            "update core.issue set pattern_id = %s, status = 'in_loop' "
            "where issue_id = %s and status = 'open'",
            (sample.ids["pattern_id"], issue_id),
        )


def report_and_edit(
    api: httpx2.Client, chance: random.Random, database: Database, sample: Sample, number: int
) -> None:
    """Report an issue, perhaps group it, and perhaps edit it."""
    external_id = f"R-{number}"
    reported = api.post("/v1/issues", json=make_report(chance, external_id=external_id))
    assert reported.status_code == 201, reported.text
    issue = reported.json()
    if chance.random() < 0.4:
        assign_to_pattern(database, sample, issue["id"])
    if chance.random() < 0.4:
        edit = chance.choice(EDITS)
        assert api.patch(f"/v1/issues/{issue['id']}", json=edit).status_code == 200


def test_a_reported_issue_is_already_what_the_next_run_makes_of_it(
    client: Client, fresh_sample: Sample, database: Database, installation: Installation
) -> None:
    api, chance = client(fresh_sample.credentials["analyst"]), random.Random(8)
    override_values(database, fresh_sample)
    for number in range(ISSUES):
        report_and_edit(api, chance, database, fresh_sample, number)
    reported = read_issues(database, fresh_sample)

    normalize(database, normalizer(installation.pipeline_url), fresh_sample.workspace_id)

    normalized = read_issues(database, fresh_sample)
    reports = [issue for name, issue in reported.items() if name.startswith("R-")]
    assert all(len(issue["occurrences"]) == 1 for issue in reports)
    assert len(normalized) == len(reported) >= ISSUES
    assert normalized == reported


def test_an_external_id_that_an_issue_has_is_refused_with_the_issue(
    client: Client, fresh_sample: Sample
) -> None:
    api = client(fresh_sample.credentials["analyst"])
    first = api.post("/v1/issues", json={"title": "Disk full", "external_id": "D-1"}).json()

    again = api.post("/v1/issues", json={"title": "Disk full again", "external_id": "D-1"})

    assert (again.status_code, again.json()["code"]) == (409, "issue_exists")
    assert again.json()["issue_id"] == first["id"]
    assert again.json()["detail"].endswith(f"PATCH /v1/issues/{first['id']}")
    assert api.get(f"/v1/issues/{first['id']}").json()["title"] == "Disk full"


def test_an_id_that_a_program_has_sent_and_no_run_has_read_is_refused_too(
    client: Client, fresh_sample: Sample
) -> None:
    api = client(fresh_sample.credentials["analyst"])
    sent = api.post("/v1/ingest/events", json={"title": "Disk full", "external_id": "D-3"}).json()

    again = api.post("/v1/issues", json={"title": "By hand", "external_id": "D-3"})

    assert (again.status_code, again.json()["issue_id"]) == (409, sent["issue_id"])


def test_an_issue_that_a_connector_brought_is_not_overwritten_by_a_report(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    land_records(database, fresh_sample.workspace_id, record({"external_id": "D-2", "title": "From a tool"}))
    with database.workspace(fresh_sample.workspace_id) as session:
        session.execute(
            "update raw.record set connector_id = %s where external_id = 'D-2'",
            (fresh_sample.ids["connector_id"],),
        )

    refused = client(fresh_sample.credentials["analyst"]).post(
        "/v1/issues", json={"title": "By hand", "external_id": "D-2"}
    )

    assert refused.status_code == 409
    assert refused.json()["code"] == "belongs_to_connector"
