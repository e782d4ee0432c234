"""Post-mortems: read, confirmed, imported; done items are claims, each with its proof; and taken back."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import httpx2

from causeloop_pipeline.agents.product_api import ProductApi
from causeloop_pipeline.agents.reading import explain_pattern
from causeloop_pipeline.stages import proofs
from causeloop_pipeline.stages.context import RunOptions
from causeloop_pipeline.storage.app.run_scopes import ScopedWorkspace
from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import Client
from tests.api.sample import TIMEZONE, Sample

DOCUMENT = """# Checkout was down
Date: 2025-11-03
## Action items
- [{first}] Bound the pool of checkout (OPS-31)
- [{second}] Alert on the pool
- [ ] Warm the cache, see OPS-32
"""


class Analyst:
    """An analyst who uploads post-mortems, and the runs of the workspace."""

    def __init__(self, client: Client, sample: Sample, database: Database) -> None:
        self.api = client(sample.credentials["analyst"])
        self.sample, self.database = sample, database

    def upload(self, first: str = " ", second: str = " ", text: str = DOCUMENT) -> dict[str, Any]:
        """Upload a document; what was understood."""
        content = text.format(first=first, second=second).encode()
        response = self.api.post("/v1/postmortems", params={"name": "pm.md"}, content=content, headers=OCTETS)
        assert response.status_code == 201, response.text
        return dict(response.json())

    def change(self, postmortem: dict[str, Any], **change: Any) -> httpx2.Response:
        """Correct what was understood."""
        return self.api.patch(f"/v1/postmortems/{postmortem['id']}", json=change)

    def take(self, postmortem: dict[str, Any]) -> dict[str, Any]:
        """Confirm the sample's pattern, and import it."""
        self.change(postmortem, pattern_ids=[str(self.sample.ids["pattern_id"])])
        response = self.api.post(f"/v1/postmortems/{postmortem['id']}/import")
        assert response.status_code == 200, response.text
        return dict(response.json())

    def read(self, postmortem: dict[str, Any]) -> dict[str, Any]:
        """The post-mortem as it is now."""
        return dict(self.api.get(f"/v1/postmortems/{postmortem['id']}").json())

    def run(self) -> None:
        """Judge the claims."""
        workspace = ScopedWorkspace(self.sample.workspace_id, TIMEZONE)
        with self.database.workspace(self.sample.workspace_id) as session:
            proofs.run(session, workspace, datetime.now(UTC), RunOptions("run"))

    def as_agent(self) -> ProductApi:
        """The API as tools of agents reach it."""

        def send(request: httpx2.Request) -> httpx2.Response:
            answer = self.api.request(request.method, str(request.url).removeprefix("http://api"))
            return httpx2.Response(answer.status_code, content=answer.content)

        agent = httpx2.AsyncClient(transport=httpx2.MockTransport(send), base_url="http://api")
        return ProductApi(agent, "", "test")

    def close_ticket(self, key: str) -> None:
        """Let a tracker's issue be closed."""
        with self.database.workspace(self.sample.workspace_id) as session:
            session.execute(
                "update core.issue set external_url = %s, status = 'resolved', "
                "resolved_at = '2025-11-20T09:00:00Z' where issue_id = %s",
                (f"https://acme.atlassian.net/browse/{key}", self.sample.issues[5]),
            )

    def claims(self) -> list[tuple[str, bool]]:
        """The claims that were made for items: their day, and whether they are in force."""
        with self.database.workspace(self.sample.workspace_id) as session:
            rows = session.rows(
                "select f.fixed_at, f.withdrawn_at from act.fix as f "
                "where f.recommendation_id in (select item_id from act.action_item) order by 1, 2"
            )
        return [(f"{row['fixed_at'].astimezone(UTC):%Y-%m-%d}", row["withdrawn_at"] is None) for row in rows]


OCTETS = {"content-type": "application/octet-stream"}
TODAY = f"{datetime.now(UTC):%Y-%m-%d}"


def list_states(postmortem: dict[str, Any]) -> list[tuple[str, bool, str | None]]:
    return [(item["text"], item["is_done"], item["done_basis"]) for item in postmortem["items"]]


def test_nothing_is_claimed_before_a_document_is_imported_and_its_pattern_confirmed(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    analyst = Analyst(client, fresh_sample, database)
    draft = analyst.upload("x", "x")
    assert (draft["status"], draft["title"], draft["item_count"], draft["claim_count"]) == (
        *("draft", "Checkout was down"),
        *(3, 1),
    )
    assert analyst.claims() == []

    analyst.api.post(f"/v1/postmortems/{draft['id']}/import")
    assert analyst.claims() == []

    analyst.change(draft, pattern_ids=[str(fresh_sample.ids["pattern_id"])])
    assert analyst.claims() == [(TODAY, True)]


def test_a_done_item_cites_its_words_and_gets_a_proof(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    analyst = Analyst(client, fresh_sample, database)
    draft = analyst.upload("x")
    item = draft["items"][0]
    analyst.change(draft, items=[{"id": item["id"], "is_done": True, "done_on": "2025-11-10"}])
    imported = analyst.take(draft)

    analyst.run()

    first = analyst.read(imported)["items"][0]
    assert first["quote"] == "Bound the pool of checkout (OPS-31)"
    assert first["proofs"][0]["pattern_id"] == str(fresh_sample.ids["pattern_id"])
    assert first["proofs"][0]["verdict"] is not None
    assert analyst.claims() == [("2025-11-09", True)]  # midnight in Berlin


def test_the_verdict_on_an_item_stands_in_the_bell_the_report_and_what_agents_read(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    analyst = Analyst(client, fresh_sample, database)
    draft = analyst.upload("x")
    item = draft["items"][0]
    analyst.change(draft, items=[{"id": item["id"], "is_done": True, "done_on": "2025-11-10"}])
    imported = analyst.take(draft)
    analyst.run()
    with database.workspace(fresh_sample.workspace_id) as session:
        session.execute(
            "update act.verdict set verdict = 'failed', decided_at = now() where recommendation_id = %s",
            (item["id"],),
        )

    bell = analyst.api.get("/v1/notifications").json()["data"]
    report = analyst.api.get("/v1/reports/weekly", params={"week": TODAY}).json()
    answer = asyncio.run(explain_pattern(analyst.as_agent(), {"pattern_id": fresh_sample.ids["pattern_id"]}))

    (news,) = [row for row in bell if row["kind"] == "item_judged"]
    assert (news["subject"], news["item_id"]) == (item["text"], imported["id"])
    assert news["detail"] == "The fix did not hold. From the post-mortem “Checkout was down”."
    (fix,) = [row for row in report["fixes"] if row["postmortem_id"] == imported["id"]]
    assert (fix["title"], fix["verdict"]) == (item["text"], "failed")
    cited = answer["action_items"][0]
    assert (cited["text"]["quoted"], cited["postmortem"]["quoted"]) == (item["text"], "Checkout was down")


def test_reading_a_document_again_adds_nothing_and_claims_what_is_done_since(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    analyst = Analyst(client, fresh_sample, database)
    imported = analyst.take(analyst.upload())
    assert analyst.claims() == []

    same = analyst.upload()
    assert same["replaces"] == imported["id"]
    again = analyst.take(same)
    assert again["id"] == imported["id"]
    assert [item["id"] for item in again["items"]] == [item["id"] for item in imported["items"]]
    assert analyst.claims() == []

    done = analyst.take(analyst.upload("x"))
    once_more = analyst.take(analyst.upload("x"))
    assert done["items"][0]["done_basis"] == "reading"
    assert once_more["items"][0]["done_at"] == done["items"][0]["done_at"]
    assert analyst.claims() == [(TODAY, True)]
    assert len(analyst.api.get("/v1/postmortems", params={"status": "imported"}).json()["data"]) == 1


def test_a_reworded_item_is_the_same_one_and_one_that_left_the_document_stays(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    analyst = Analyst(client, fresh_sample, database)
    before = analyst.take(analyst.upload())

    after = analyst.take(
        analyst.upload(
            text=DOCUMENT.replace("the pool of", "the pool size of").replace("- [{second}]", "Not:")
        )
    )

    items = {item["id"]: item for item in after["items"]}
    assert items[before["items"][0]["id"]]["text"].startswith("Bound the pool size of checkout")
    assert items[before["items"][1]["id"]]["left_at"] is not None
    assert len(items) == 3


def test_an_item_is_done_when_its_ticket_closes(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    analyst = Analyst(client, fresh_sample, database)
    imported = analyst.take(analyst.upload())

    analyst.close_ticket("OPS-32")
    analyst.run()

    assert list_states(analyst.read(imported))[2] == ("Warm the cache, see OPS-32", True, "ticket")
    assert analyst.claims() == [("2025-11-20", True)]

    again = analyst.take(analyst.upload())
    assert list_states(again)[2][2] == "ticket"


def test_what_a_person_decided_is_not_changed_by_a_later_reading(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    analyst = Analyst(client, fresh_sample, database)
    imported = analyst.take(analyst.upload("x"))
    item = imported["items"][0]
    analyst.change(imported, items=[{"id": item["id"], "kind": "process"}])
    assert [in_force for _, in_force in analyst.claims()] == [False]

    again = analyst.take(analyst.upload("x"))

    assert (again["items"][0]["kind"], again["items"][0]["is_edited"]) == ("process", True)
    assert [in_force for _, in_force in analyst.claims()] == [False]


def test_undoing_an_import_withdraws_its_claims_and_it_can_be_imported_again(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    analyst = Analyst(client, fresh_sample, database)
    imported = analyst.take(analyst.upload("x"))

    undone = analyst.api.post(f"/v1/postmortems/{imported['id']}/undo").json()

    assert undone["status"] == "undone"
    assert [in_force for _, in_force in analyst.claims()] == [False]
    assert analyst.change(imported, title="Other").status_code == 409
    analyst.take(analyst.upload("x"))
    assert sorted(in_force for _, in_force in analyst.claims()) == [False, True]


def test_patterns_are_suggested_by_what_the_document_names_and_by_similarity(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    analyst = Analyst(client, fresh_sample, database)
    analyst.close_ticket("INC-9")
    named = analyst.upload(text="# An outage of nothing known\nThis was INC-9.\n")
    pattern = f"https://causeloop.example/#/patterns/{fresh_sample.ids['pattern_id']}"
    linked = analyst.upload(text=f"# Other words\nSee {pattern} for all of them.\n")

    suggested = analyst.api.get(f"/v1/postmortems/{linked['id']}/patterns").json()

    first = suggested["patterns"][0]
    assert (first["id"], first["is_named"], first["probability"]) == (
        *(str(fresh_sample.ids["pattern_id"]), True),
        None,
    )
    assert analyst.api.get(f"/v1/postmortems/{named['id']}/patterns").status_code == 200


def test_what_is_not_a_document_or_no_pattern_or_no_item_is_refused(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    analyst = Analyst(client, fresh_sample, database)
    draft = analyst.upload()
    nobody = "019a1c00-0000-7000-8000-000000000099"

    refused = analyst.api.post("/v1/postmortems?name=a.pdf", content=b"%PDF-1.7", headers=OCTETS)
    assert (refused.status_code, refused.json()["code"]) == (422, "unreadable_file")
    assert analyst.change(draft, pattern_ids=[nobody]).json()["code"] == "no_such_pattern"
    assert analyst.change(draft, items=[{"id": nobody, "is_done": True}]).status_code == 422
    assert analyst.api.delete(f"/v1/postmortems/{draft['id']}").status_code == 204
    assert analyst.api.get(f"/v1/postmortems/{draft['id']}").status_code == 404


def test_another_tenant_sees_and_changes_nothing(
    client: Client, fresh_sample: Sample, sample: Sample, database: Database
) -> None:
    analyst = Analyst(client, fresh_sample, database)
    draft = analyst.upload("x")
    other = client(sample.credentials["owner"])
    path = f"/v1/postmortems/{draft['id']}"

    statuses = [
        *(other.get(place).status_code for place in (path, f"{path}/patterns")),
        other.patch(path, json={"title": "Mine"}).status_code,
        *(other.post(f"{path}/{act}").status_code for act in ("import", "undo")),
        other.delete(path).status_code,
    ]

    assert statuses == [404] * 6
    assert draft["id"] not in other.get("/v1/postmortems").text
