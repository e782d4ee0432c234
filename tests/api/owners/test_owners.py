"""Whom to tell: an owner by hand counts before CODEOWNERS, and both before the team that tools name."""

import base64
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from api.owners.schemas import MAX_CODE_OWNERS
from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import Client
from tests.api.sample import Sample
from tests.support.fake_tool import FakeTool, ReceivedRequest, Reply, fake_tool

TOKEN = "planted-token"


def name_by_hand(api: Any, item_kind: str, item: str, **fields: Any) -> dict[str, Any]:
    answer = api.put("/v1/owners", json={"item_kind": item_kind, "item": item, **fields})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def read_owner_of(api: Any, path: str) -> Any:
    return (api.get(path).json()["owner"] or {}).get("name")


def test_the_owner_of_a_service_owns_its_patterns_and_they_can_be_filtered_by_it(
    client: Client, fresh_sample: Sample
) -> None:
    api, viewer = (client(fresh_sample.credentials[role]) for role in ("analyst", "viewer"))
    pattern = f"/v1/patterns/{fresh_sample.ids['pattern_id']}"
    recommendation = f"/v1/recommendations/{fresh_sample.ids['recommendation_id']}"
    unowned = read_owner_of(api, pattern)

    name_by_hand(api, "service", "checkout", name="@acme/shop", contact="#shop")
    by_service = read_owner_of(api, pattern)
    name_by_hand(api, "pattern", str(fresh_sample.ids["pattern_id"]), name="Kim")
    name_by_hand(api, "recommendation", str(fresh_sample.ids["recommendation_id"]), name="Lee")

    assert (unowned, by_service, read_owner_of(api, pattern)) == (None, "@acme/shop", "Kim")
    assert read_owner_of(viewer, recommendation) == "Lee"
    owned = viewer.get("/v1/patterns", params={"owner": "@acme/shop"}).json()["data"]
    assert [row["id"] for row in owned] == [str(fresh_sample.ids["other_pattern_id"])]
    assert [row["owner"]["contact"] for row in owned] == ["#shop"]
    assert len(viewer.get("/v1/recommendations", params={"owner": "Lee"}).json()["data"]) == 1
    assert {"@acme/shop", "Kim", "Lee"} <= set(viewer.get("/v1/owners/names").json()["data"])


@pytest.mark.parametrize("path", ["/v1/patterns", "/v1/recommendations"])
def test_the_filter_of_a_list_leaves_exactly_the_rows_that_show_the_owner(
    path: str, client: Client, fresh_sample: Sample, database: Database
) -> None:
    api = client(fresh_sample.credentials["analyst"])
    with database.workspace(fresh_sample.workspace_id) as session:
        session.execute(
            "update detect.pattern set fingerprint = fingerprint || "
            """'{"team": {"value": "night crew", "share": 1}}'::jsonb"""
        )
    by_owner: dict[str | None, Any] = {}
    for owner in (None, "@acme/shop", "Kim"):
        if owner == "@acme/shop":
            name_by_hand(api, "service", "checkout", name=owner)
        elif owner:
            name_by_hand(api, "pattern", str(fresh_sample.ids["pattern_id"]), name=owner)
        rows = api.get(path).json()["data"]
        for name in ("night crew", "@acme/shop", "Kim"):
            owned = api.get(path, params={"owner": name}).json()["data"]
            by_owner[name] = by_owner.get(name, 0) + len(owned)
            assert [row["id"] for row in owned] == [
                row["id"] for row in rows if (row["owner"] or {}).get("name") == name
            ]

    assert all(by_owner.values())


def test_what_is_taken_back_by_hand_lets_other_sources_count_again(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api = client(fresh_sample.credentials["analyst"])
    of = {"item_kind": "service", "item": "checkout"}
    with database.workspace(fresh_sample.workspace_id) as session:
        session.execute(
            "update detect.pattern set fingerprint = fingerprint || "
            """'{"team": {"value": "night crew", "share": 1}}'::jsonb"""
        )
    by_tools = api.get("/v1/owners/of", params=of).json()["owner"]
    file = {"text": "/services/checkout/ @acme/shop", "repository": "acme/shop", "save": True}
    stored = api.post("/v1/owners/codeowners", json=file).json()
    by_file = api.get("/v1/owners/of", params=of).json()["owner"]
    by_hand = name_by_hand(api, "service", "checkout", name="Kim")["owner"]
    taken_back = name_by_hand(api, "service", "checkout")["owner"]

    assert (by_tools["name"], by_tools["source"]) == ("night crew", "tools")
    assert (stored["saved"], stored["without_owner"]) == (True, ["billing"])
    assert (by_file["name"], by_file["source"], by_file["repository"]) == (
        "@acme/shop",
        "codeowners",
        "acme/shop",
    )
    assert (by_hand["name"], by_hand["repository"]) == ("Kim", "acme/shop")
    assert taken_back == by_file


def test_a_file_is_only_explained_until_it_is_saved(client: Client, fresh_sample: Sample) -> None:
    api = client(fresh_sample.credentials["analyst"])

    answer = api.post("/v1/owners/codeowners", json={"text": "* @all\n/checkout @shop\n"}).json()

    assert answer["services"] == [
        {"service": "checkout", "owner": "@shop", "line": 2, "pattern": "/checkout"}
    ]
    assert (answer["rules"], answer["saved"]) == (2, False)
    assert api.get("/v1/owners").json()["data"] == []


def test_a_file_as_long_as_the_document_allows_is_read(client: Client, fresh_sample: Sample) -> None:
    api = client(fresh_sample.credentials["analyst"])
    text = ("/checkout @sh\u00f6p\n" * 20_000)[:MAX_CODE_OWNERS]

    answer = api.post("/v1/owners/codeowners", json={"text": text})

    assert answer.status_code == 200
    assert [each["service"] for each in answer.json()["services"]] == ["checkout"]


def test_an_owner_of_nothing_is_refused(client: Client, fresh_sample: Sample) -> None:
    api = client(fresh_sample.credentials["analyst"])

    for item in (str(uuid4()), "nonsense"):
        answer = api.put("/v1/owners", json={"item_kind": "pattern", "item": item, "name": "Kim"})
        assert (answer.status_code, answer.json()["code"]) == (422, "no_such_item")


def test_whom_to_tell_stands_in_the_weekly_report(client: Client, fresh_sample: Sample) -> None:
    api = client(fresh_sample.credentials["analyst"])
    name_by_hand(api, "service", "checkout", name="@acme/shop")

    report = api.get("/v1/reports/weekly").json()

    assert {row["owner"] for row in report["recommendations"]} == {"@acme/shop"}


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeTool]:
    """A GitHub on loopback: one repository has the file in the folder docs, the other has none."""

    def answer(request: ReceivedRequest) -> Reply:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return Reply({"message": "Bad credentials"}, 401)
        if request.path != "/repos/acme/shop/contents/docs/CODEOWNERS":
            return Reply({"message": "Not Found"}, 404)
        return Reply({"content": base64.encodebytes(b"/checkout/ @acme/shop\n").decode()})

    with fake_tool(answer) as running:
        monkeypatch.setattr(settings(), "egress_allow", f"127.0.0.1:{running.port}")
        yield running


def connect(api: Any, tool: FakeTool, **config: Any) -> str:
    body = {
        "type": "github",
        "display_name": f"GitHub {uuid4()}",
        "config": {"base_url": tool.url, "repositories": ["acme/web", "acme/shop"], **config},
        "credentials": {"token": TOKEN},
        "credentials_for": [tool.url],
    }
    answer = api.post("/v1/connectors", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def test_the_file_is_read_from_a_repository_of_a_connector(
    github: FakeTool, client: Client, fresh_sample: Sample
) -> None:
    api = client(fresh_sample.credentials["analyst"])
    connector = connect(api, github)

    def fetch(repository: str) -> Any:
        return api.post(
            "/v1/owners/codeowners/fetch", json={"connector_id": connector, "repository": repository}
        )

    assert fetch("acme/shop").json() == {"path": "docs/CODEOWNERS", "text": "/checkout/ @acme/shop\n"}
    assert (fetch("acme/web").status_code, fetch("acme/web").json()["code"]) == (422, "no_code_owners")
    assert fetch("../x").status_code == 422


def test_the_ticket_goes_to_the_repository_of_the_service_and_that_is_shown_first(
    github: FakeTool, client: Client, fresh_sample: Sample
) -> None:
    api = client(fresh_sample.credentials["analyst"])
    connector = connect(api, github)
    path = f"/v1/recommendations/{fresh_sample.ids['recommendation_id']}"

    def read_target() -> Any:
        rows = api.get(f"{path}/ticket-targets").json()["data"]
        return next(row for row in rows if row["connector_id"] == connector)

    before = read_target()
    name_by_hand(api, "service", "checkout", name="@acme/shop", repository="acme/shop")
    after = read_target()
    elsewhere = api.post(f"{path}/push", json={"connector_id": connector, "target": "acme/secret"})
    pushed = api.post(f"{path}/push", json={"connector_id": connector})

    assert (before["target"], before["targets"]) == ("acme/web", ["acme/web", "acme/shop"])
    assert (after["target"], after["reason"]) == ("acme/shop", "the repository of checkout")
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (422, "unknown_target")
    assert pushed.json()["target"] in {"acme/shop", None}
