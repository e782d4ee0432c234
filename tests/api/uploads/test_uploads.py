"""Uploads: understood, corrected, imported once, and undone without touching anything else."""

import json
from pathlib import Path
from typing import Any

import httpx2

from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import Client
from tests.api.sample import Sample
from tests.support.normalizing import issues, normalize, normalizer

README = Path(__file__).parents[3] / "README.md"
TICKETS = README.read_text().split("<!-- sample -->\n```\n")[1].split("```")[0]


class Workspace:
    """An analyst who uploads, and the runs of the workspace."""

    def __init__(self, client: Client, sample: Sample, database: Database, installation: Any) -> None:
        self.api = client(sample.credentials["analyst"])
        self.sample, self.database, self.installation = sample, database, installation

    def upload(self, content: str | bytes, name: str = "tickets.csv") -> dict[str, Any]:
        """Upload a file; what was understood."""
        body = content.encode() if isinstance(content, str) else content
        response = self.api.post("/v1/uploads", params={"name": name}, content=body, headers=OCTETS)
        assert response.status_code == 201, response.text
        return dict(response.json())

    def choose(self, upload: dict[str, Any], **choices: Any) -> dict[str, Any]:
        """Correct how it is read."""
        return dict(self.api.patch(f"/v1/uploads/{upload['id']}", json=choices).json())

    def take(self, upload: dict[str, Any], **target: Any) -> dict[str, Any]:
        """Import it, and let a run make its issues."""
        response = self.api.post(f"/v1/uploads/{upload['id']}/import", json=target)
        assert response.status_code == 200, response.text
        self.run()
        return dict(response.json())

    def undo(self, upload: dict[str, Any]) -> httpx2.Response:
        """Undo its import, and let a run take it back."""
        response = self.api.post(f"/v1/uploads/{upload['id']}/undo")
        self.run()
        return response

    def run(self) -> None:
        """Normalize what waits."""
        normalize(self.database, normalizer(self.installation.pipeline_url), self.sample.workspace_id)

    def issues(self) -> dict[str, dict[str, Any]]:
        """The issues of uploads, by external id."""
        read = issues(self.database, self.sample.workspace_id)
        return {key: issue for key, issue in read.items() if issue["source"] == "file_upload"}

    def others(self) -> set[str]:
        """The ids of all other issues."""
        read = issues(self.database, self.sample.workspace_id)
        return {key for key, issue in read.items() if issue["source"] != "file_upload"}


OCTETS = {"content-type": "application/octet-stream"}


def test_a_file_is_understood_before_anything_is_imported(
    client: Client, fresh_sample: Sample, database: Database, installation: Any
) -> None:
    workspace = Workspace(client, fresh_sample, database, installation)
    understood = workspace.upload(TICKETS)["understanding"]
    assert {column["column"]: column["field"] for column in understood["columns"]} == {
        "id": "id",
        "title": "title",
        "created_at": "source_created_at",
        "service": "service",
        "severity": "severity",
        "status": "status",
    }
    assert (understood["rows"], understood["issues"], understood["unreadable"]) == (5, 5, 0)
    first = understood["examples"][0]
    assert (first["external_id"], first["severity"], first["status"]) == ("T-1", "p2", "resolved")
    assert first["source_created_at"].startswith("2026-09-01T07:10")  # 09:10 in Berlin
    assert workspace.issues() == {}


def test_what_is_imported_is_there_once_and_undone_alone(
    client: Client, fresh_sample: Sample, database: Database, installation: Any
) -> None:
    workspace = Workspace(client, fresh_sample, database, installation)
    before = workspace.others()
    imported = workspace.take(workspace.upload(TICKETS))
    assert imported["counts"] == {
        "rows": 5,
        "new": 5,
        "updated": 0,
        "duplicate": 0,
        "unreadable": 0,
        "no_failures": {},
    }
    assert imported["connector_name"] == "tickets"
    assert sorted(workspace.issues()) == ["T-1", "T-2", "T-3", "T-4", "T-5"]
    again = workspace.take(workspace.upload(TICKETS), connector_id=imported["connector_id"])
    assert again["id"] == imported["id"]
    assert workspace.undo(imported).json()["status"] == "undone"
    assert workspace.issues() == {}
    assert workspace.others() == before
    connectors = workspace.api.get("/v1/connectors").json()["data"]
    assert [row for row in connectors if row["type"] == "file_upload"] == []
    assert workspace.api.get(f"/v1/uploads/{imported['id']}").json()["is_withdrawn"]


def test_undoing_a_newer_export_brings_the_former_state_back(
    client: Client, fresh_sample: Sample, database: Database, installation: Any
) -> None:
    workspace = Workspace(client, fresh_sample, database, installation)
    header = "id,title,created,updated,status\n"
    first = workspace.take(workspace.upload(f"{header}1,Disk full,2026-01-01,2026-01-01,open\n"))
    newer = workspace.upload(
        f"{header}1,Disk full,2026-01-01,2026-02-01,closed\n2,Timeout,2026-02-01,2026-02-01,open\n"
    )
    newer = workspace.take(newer, connector_id=first["connector_id"])
    assert {key: issue["status"] for key, issue in workspace.issues().items()} == {"1": "closed", "2": "open"}
    workspace.undo(newer)
    assert {key: issue["status"] for key, issue in workspace.issues().items()} == {"1": "open"}


def test_two_tools_whose_ids_begin_at_one_do_not_meet(
    client: Client, fresh_sample: Sample, database: Database, installation: Any
) -> None:
    workspace = Workspace(client, fresh_sample, database, installation)
    for name in ("a.csv", "b.csv"):
        workspace.take(workspace.upload("id,title\n1,x\n" if name == "a.csv" else "id,title\n1,y\n", name))
    with database.workspace(fresh_sample.workspace_id) as session:
        rows = session.rows("select title from core.issue where source = 'file_upload' order by title")
    assert [row["title"] for row in rows] == ["x", "y"]


def test_columns_dates_and_keys_can_be_corrected_before_the_import(
    client: Client, fresh_sample: Sample, database: Database, installation: Any
) -> None:
    workspace = Workspace(client, fresh_sample, database, installation)
    draft = workspace.upload("nr,what,when\n7,Disk full,03/02/2026\n")
    assert draft["understanding"]["problem"].startswith("no column holds a title; it has nr, what, when")
    refused = workspace.api.post(f"/v1/uploads/{draft['id']}/import", json={})
    assert refused.status_code == 422
    chosen = workspace.choose(draft, columns={"title": "what", "source_created_at": "when"}, key="nr")
    assert chosen["understanding"]["dates"][0]["is_ambiguous"]
    chosen = workspace.choose(
        draft, columns={"title": "what", "source_created_at": "when"}, key="nr", dates="month first"
    )
    assert not chosen["understanding"]["dates"][0]["is_ambiguous"]
    workspace.take(chosen)
    (issue,) = workspace.issues().values()
    assert (issue["external_id"], issue["source_created_at"].isoformat()) == (
        "7",
        "2026-03-01T23:00:00+00:00",
    )


def test_rows_that_cannot_be_read_are_named_and_wait_in_quarantine(
    client: Client, fresh_sample: Sample, database: Database, installation: Any
) -> None:
    workspace = Workspace(client, fresh_sample, database, installation)
    draft = workspace.upload("id,title,created\n1,x,2026-01-01\n2,y,soon\n")
    reason = "is not a date that could be read as ISO 8601 ('soon')"
    assert draft["understanding"]["problems"] == [{"row": 3, "column": "created", "reason": reason}]
    imported = workspace.take(draft)
    assert (imported["counts"]["new"], imported["counts"]["unreadable"]) == (1, 1)
    held = workspace.api.get(f"/v1/connectors/{imported['connector_id']}/quarantine").json()["data"]
    assert [record["reason"] for record in held] == [f"tickets.csv, row 3, column 'created': {reason}"]


def test_what_is_not_a_table_is_refused_with_what_to_do(client: Client, fresh_sample: Sample) -> None:
    api = client(fresh_sample.credentials["analyst"])
    bomb = b'<!DOCTYPE x [<!ENTITY a "b">]><testsuite/>'
    for name, content, reason in (
        ("x.pdf", b"%PDF", "files ending in .pdf are not read: give it as CSV"),
        ("x.csv", b"  \n", "is empty"),
        ("x.xml", bomb, "declares entities or a document type"),
        ("x.xlsx", b"PK\x03\x04 no workbook", "is it protected by a password"),
    ):
        refused = api.post("/v1/uploads", params={"name": name}, content=content, headers=OCTETS)
        assert refused.status_code == 422, name
        assert reason in refused.json()["detail"]


def test_the_sample_can_be_imported_and_removed(
    client: Client, fresh_sample: Sample, database: Database, installation: Any
) -> None:
    workspace = Workspace(client, fresh_sample, database, installation)
    imported = workspace.api.post("/v1/uploads/sample").json()
    workspace.run()
    assert imported["connector_name"] == "Sample"
    assert len(workspace.issues()) == imported["counts"]["new"] > 80
    workspace.undo(imported)
    assert workspace.issues() == {}


def test_an_upload_is_seen_in_its_workspace_alone_and_a_viewer_uploads_nothing(
    client: Client, fresh_sample: Sample, sample: Sample, database: Database, installation: Any
) -> None:
    workspace = Workspace(client, fresh_sample, database, installation)
    draft = workspace.upload(TICKETS)
    other = client(sample.credentials["analyst"])
    assert other.get(f"/v1/uploads/{draft['id']}").status_code == 404
    assert other.post(f"/v1/uploads/{draft['id']}/import", json={}).status_code == 404
    viewer = client(fresh_sample.credentials["viewer"])
    refused = viewer.post("/v1/uploads", params={"name": "a.csv"}, content=b"x", headers=OCTETS)
    assert refused.status_code == 403
    assert workspace.api.delete(f"/v1/uploads/{draft['id']}").status_code == 204
    assert draft["id"] not in {row["id"] for row in workspace.api.get("/v1/uploads").json()["data"]}


def report(*rules: str) -> str:
    """A log of SARIF without times, whose tool reports a result of each rule."""
    results = [
        {
            "ruleId": rule,
            "level": "error",
            "message": {"text": f"breaks {rule}"},
            "locations": [{"physicalLocation": {"artifactLocation": {"uri": "pay.py"}}}],
        }
        for rule in rules
    ]
    return json.dumps(
        {"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "lint"}}, "results": results}]}
    )


def test_a_result_that_a_newer_report_lacks_has_ended_and_one_that_is_back_fires_again(
    client: Client, fresh_sample: Sample, database: Database, installation: Any
) -> None:
    workspace = Workspace(client, fresh_sample, database, installation)
    first = workspace.take(workspace.upload(report("S1", "S2"), "lint.sarif"))
    target = {"connector_id": first["connector_id"]}
    clean = workspace.upload(report(), "lint.sarif")
    assert clean["understanding"]["problem"] is None
    assert "has ended" in clean["understanding"]["notes"][0]

    workspace.take(clean, **target)
    assert {issue["status"] for issue in workspace.issues().values()} == {"resolved"}

    workspace.take(workspace.upload(report("S1", "S2"), "lint.sarif"), **target)
    with database.workspace(fresh_sample.workspace_id) as session:
        rows = session.rows(
            "select o.started_at, o.ended_at "
            "from core.occurrence as o join core.issue using (workspace_id, issue_id) "
            "where source = 'file_upload' and starts_with(external_id, 'lint:S1') order by o.started_at"
        )
    assert [row["ended_at"] is None for row in rows] == [False, True]
