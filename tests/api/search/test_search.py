"""One search finds patterns, services, teams, issues, recommendations, changes, connectors and people."""

from collections.abc import Callable
from typing import Any

import httpx2
import psycopg
import pytest

from api.search.correction import correct, find_nearest
from causeloop_pipeline.storage.app.tenants import create_service_key
from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import Client
from tests.api.sample import Sample
from tests.conftest import new_workspace

Search = Callable[..., dict[str, Any]]


@pytest.fixture
def search(client: Client, fresh_sample: Sample, database: Database) -> Search:
    """Searches as a role in a workspace whose pattern is called "Payout timeouts in ledger-db"."""
    with database.workspace(fresh_sample.workspace_id) as session:
        session.execute(
            "update detect.pattern set name = 'Payout timeouts in ledger-db' where pattern_id = %s",
            (fresh_sample.ids["pattern_id"],),
        )

    def run(q: str, role: str = "viewer", **parameters: Any) -> dict[str, Any]:
        answer = client(fresh_sample.credentials[role]).get("/v1/search", params={"q": q, **parameters})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    return run


def list_kinds(results: dict[str, Any]) -> set[str]:
    return {hit["kind"] for hit in results["data"]}


@pytest.mark.parametrize(
    "typed", ["payout timeout", "timeouts", "TIMEOUT", "payo", "ledger-db", "ledger", "timeout payouts"]
)
def test_a_pattern_is_found_by_stems_prefixes_and_parts_of_its_name(search: Search, typed: str) -> None:
    assert "Payout timeouts in ledger-db" in {hit["title"] for hit in search(typed)["data"]}


@pytest.mark.parametrize(("typed", "meant"), [("leger-db", "ledger-db"), ("pyout ledgr", "payout ledger")])
def test_what_is_typed_wrongly_is_corrected_and_reported(search: Search, typed: str, meant: str) -> None:
    results = search(typed)

    assert results["corrected"] == meant
    assert "pattern" in list_kinds(results)


def test_nothing_is_found_where_nothing_is_similar(search: Search) -> None:
    assert search("zzyzx qqqq") == {"data": [], "corrected": None}


def test_an_issue_is_found_by_each_of_its_ids_and_by_its_words(
    search: Search, client: Client, fresh_sample: Sample
) -> None:
    new = {"title": "Retries exhausted while exporting", "external_id": "OPS-4711", "service": "exporter"}
    made = client(fresh_sample.credentials["analyst"]).post("/v1/issues", json=new).json()

    for typed in (made["id"], "OPS-4711", "retries exhausted", "exports", '"retries exhausted"'):
        hits = search(typed)["data"]
        assert ("issue", made["id"]) in {(hit["kind"], hit["id"]) for hit in hits}, typed
    assert search("OPS-4711")["data"][0]["id"] == made["id"]
    assert search("export")["data"][0] == {
        "kind": "service",
        "id": "exporter",
        "title": "exporter",
        "detail": None,
    }
    assert search('"exhausted retries"')["data"] == []


def test_a_team_is_found_by_any_part_of_its_name(
    search: Search, client: Client, fresh_sample: Sample
) -> None:
    owned = {"item_kind": "service", "item": "checkout", "name": "@acme/night-crew"}
    assert client(fresh_sample.credentials["analyst"]).put("/v1/owners", json=owned).status_code == 200

    assert search("NIGHT-cr")["data"] == [
        {"kind": "team", "id": "@acme/night-crew", "title": "@acme/night-crew", "detail": None}
    ]


def test_recommendations_changes_and_connectors_are_found(
    search: Search, fresh_sample: Sample, database: Database
) -> None:
    with database.workspace(fresh_sample.workspace_id) as session:
        session.execute("update act.recommendation set title = 'Quokka: raise the pool'")
        session.execute("update core.change set title = 'Quokka 4.2'")
        session.execute("update app.connector set display_name = 'Quokka ' || connector_id")

    assert list_kinds(search("quokka")) == {"recommendation", "change", "connector"}


def test_only_who_may_list_members_finds_them(search: Search, fresh_sample: Sample) -> None:
    member = fresh_sample.canary

    assert "member" in list_kinds(search(member, "admin", limit=20))
    assert "member" not in list_kinds(search(member, "analyst", limit=20))


def test_nothing_of_another_workspace_is_found(
    search: Search, client: Client, owner: psycopg.Connection
) -> None:
    elsewhere = create_service_key(owner, new_workspace(owner, "enterprise"), "k", "owner")

    assert search("payout")["data"]
    results = client(elsewhere).get("/v1/search", params={"q": "payout"}).json()
    assert results == {"data": [], "corrected": None}


@pytest.mark.parametrize("typed", ["'", "\\", "a:* | b", "!!", "() & :", "-", '"', "%", "a\\'b", "<->", "½"])
def test_what_looks_like_an_operator_is_text(search: Search, typed: str) -> None:
    assert search(typed)["data"] is not None


def test_a_known_word_is_not_corrected() -> None:
    assert find_nearest("timeout", ["timeouts", "timeline"]) is None
    assert find_nearest("paiment", ["payment", "pavement", "parliament"]) == "payment"
    assert correct("paiment gatway", ["payment", "gateway"]) == "payment gateway"


def limit_error(answer: httpx2.Response) -> str:
    return str(answer.json()["code"])


def test_a_search_needs_words_and_a_bounded_limit(client: Client, sample: Sample) -> None:
    api = client(sample.credentials["viewer"])

    refused: tuple[dict[str, str | int], ...] = ({}, {"q": " "}, {"q": "x" * 201}, {"q": "x", "limit": 21})
    for parameters in refused:
        answer = api.get("/v1/search", params=parameters)
        assert (answer.status_code, limit_error(answer)) == (422, "validation_failed")
