"""Whether a failure was seen before, over HTTP."""

from uuid import uuid4

import pytest

from causeloop_pipeline.landing.failure_text import MAX_CHARACTERS
from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import Client
from tests.api.sample import Sample

PATH = "/v1/seen-before"


def test_a_failure_with_the_words_of_a_pattern_names_it_with_all_that_is_known(
    client: Client, sample: Sample
) -> None:
    analyst, api = (client(sample.credentials[role]) for role in ("analyst", "viewer"))
    fix = f"/v1/recommendations/{sample.ids['recommendation_id']}"
    analyst.patch(fix, json={"status": "implemented"})
    analyst.post(f"{fix}/push", json={"connector_id": str(sample.ids["tracker_id"])})
    text = (
        f"2026-09-29 10:11:12 ERROR Checkout times out after 7 s {sample.canary}\nconnection pool exhausted"
    )

    answer = api.post(PATH, json={"text": text, "service": "checkout"}).json()

    patterns = {str(sample.ids["pattern_id"]), str(sample.ids["other_pattern_id"])}
    first = answer["matches"][0]
    assert first["pattern"]["id"] in patterns
    assert first["pattern"]["url"].endswith(f"/#/patterns/{first['pattern']['id']}")
    assert first["reasons"]
    assert answer["read_as"]["title"].startswith("Checkout times out")
    assert not answer["is_new"]
    match_of_pattern = next(
        match for match in answer["matches"] if match["pattern"]["id"] == str(sample.ids["pattern_id"])
    )
    assert [tried["recommendation_id"] for tried in match_of_pattern["fixes"]] == [
        str(sample.ids["recommendation_id"])
    ]
    assert match_of_pattern["tickets"][0]["status"] in {"open", "queued", "done"}
    assert match_of_pattern["nearest_issue"]["title"].startswith("Checkout times out")


def test_the_probabilities_of_all_answers_are_at_most_one_together(client: Client, sample: Sample) -> None:
    api = client(sample.credentials["viewer"])

    for text in (f"Checkout times out after 3 s {sample.canary}", "the coffee machine on floor 3 leaks"):
        answer = api.post(PATH, json={"text": text}).json()
        total = answer["new_probability"] + sum(match["probability"] for match in answer["matches"])
        assert 0 < answer["new_probability"] <= 1
        assert total <= 1.001


def test_a_failure_that_nothing_resembles_is_new(client: Client, sample: Sample) -> None:
    api = client(sample.credentials["viewer"])

    answer = api.post(PATH, json={"text": "Zebra stripes invert on holographic billboards"}).json()

    assert answer["is_new"]
    assert answer["new_probability"] > 0.9


def test_an_issue_is_compared_with_the_others_and_not_with_itself(client: Client, sample: Sample) -> None:
    api, issue_id = client(sample.credentials["viewer"]), str(sample.ids["issue_id"])

    answer = api.post(PATH, json={"issue_id": issue_id}).json()

    assert answer["matches"]
    assert issue_id not in {match["nearest_issue"]["id"] for match in answer["matches"]}


def test_nothing_is_stored(client: Client, fresh_sample: Sample, database: Database) -> None:
    api = client(fresh_sample.credentials["viewer"])

    api.post(PATH, json={"text": "A failure that leaves no trace"})
    api.post("/v1/identify", json={"text": "A failure that leaves no trace"})

    with database.workspace(fresh_sample.workspace_id) as session:
        records = session.rows(
            "select record_id from raw.record where position('leaves no trace' in payload::text) > 0"
        )
        claims = session.rows("select claim_id from act.failure_claim where title like 'A failure%%'")
    assert records == claims == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, 422),
        ({"text": "x", "issue_id": str(uuid4())}, 422),
        ({"text": "   ...   "}, 422),
        ({"text": "x" * (MAX_CHARACTERS + 1)}, 422),
        ({"text": "fine words", "limit": 6}, 422),
        ({"issue_id": str(uuid4())}, 404),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused_with_the_reason(
    client: Client, sample: Sample, body: dict[str, object], code: int
) -> None:
    response = client(sample.credentials["viewer"]).post(PATH, json=body)

    assert response.status_code == code
    assert response.json()["detail"]


def test_another_tenants_failures_are_never_an_answer(
    client: Client, sample: Sample, other_sample: Sample
) -> None:
    api = client(other_sample.credentials["owner"])

    text = f"Checkout times out after 3 s {sample.canary}"
    answers = [api.post(path, json={"text": text}).text for path in (PATH, "/v1/identify")]

    assert [text for text in answers if str(sample.ids["pattern_id"]) in text] == []
    assert api.post(PATH, json={"issue_id": str(sample.ids["issue_id"])}).status_code == 404


def test_a_key_that_may_only_read_patterns_may_ask(client: Client, sample: Sample) -> None:
    owner = client(sample.credentials["owner"])
    created = owner.post(
        "/v1/service-accounts",
        json={"name": f"asks {uuid4()}", "role": "viewer", "scopes": ["patterns:read"]},
    )

    answer = client(created.json()["key"]).post(PATH, json={"text": "Checkout times out"})

    assert answer.status_code == 200
