"""The same Idempotency-Key has one effect and one answer."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import psycopg

from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import Client
from tests.api.sample import Sample


def test_concurrent_twins_make_one_row_and_get_one_answer(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api = client(fresh_sample.credentials["admin"])
    for _ in range(5):
        name = uuid4().hex
        with ThreadPoolExecutor(12) as pool:
            answers = list(
                pool.map(
                    lambda _, name=name: api.post(
                        "/v1/service-accounts", json={"name": name}, headers={"idempotency-key": name}
                    ),
                    range(12),
                )
            )

        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.text for answer in answers}) == 1
        assert sum(answer.headers.get("idempotency-replayed") == "true" for answer in answers) == 11


def test_an_issue_reported_twice_under_one_key_is_one_issue(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api, key = client(fresh_sample.credentials["analyst"]), {"idempotency-key": "once"}

    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda _: api.post("/v1/issues", json={"title": "Once"}, headers=key), range(8))
        )

    assert len({answer.json()["id"] for answer in answers}) == 1
    assert {answer.headers["location"] for answer in answers} == {f"/v1/issues/{answers[0].json()['id']}"}


def test_another_body_under_the_same_key_is_refused(client: Client, sample: Sample) -> None:
    api, key = client(sample.credentials["analyst"]), {"idempotency-key": uuid4().hex}
    api.post("/v1/issues", json={"title": "One"}, headers=key)

    other = api.post("/v1/issues", json={"title": "Two"}, headers=key)

    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


def test_a_key_is_the_callers_own_and_the_paths_own(
    client: Client, sample: Sample, other_sample: Sample
) -> None:
    key, body = {"idempotency-key": uuid4().hex}, {"title": "Same words"}

    answers = [
        client(who.credentials[role]).post("/v1/issues", json=body, headers=key)
        for who, role in ((sample, "analyst"), (sample, "admin"), (other_sample, "analyst"))
    ]
    elsewhere = client(sample.credentials["analyst"]).post(
        "/v1/ingest/events", json={"title": "Same words"}, headers=key
    )

    assert len({answer.json()["id"] for answer in answers}) == 3
    assert not any("idempotency-replayed" in answer.headers for answer in (*answers, elsewhere))


def test_a_failed_request_leaves_its_key_free(client: Client, sample: Sample) -> None:
    api, key = client(sample.credentials["analyst"]), {"idempotency-key": uuid4().hex}

    failed = api.post("/v1/issues", json={"title": ""}, headers=key)
    mended = api.post("/v1/issues", json={"title": "Better"}, headers=key)

    assert (failed.status_code, mended.status_code) == (422, 201)


def test_after_a_day_a_key_is_free_again(client: Client, fresh_sample: Sample, database: Database) -> None:
    api, key = client(fresh_sample.credentials["analyst"]), {"idempotency-key": "daily"}
    first = api.post("/v1/issues", json={"title": "Monday", "external_id": "m"}, headers=key)
    with database.workspace(fresh_sample.workspace_id) as session:
        session.execute("update app.idempotency_key set created_at = now() - interval '25 hours'")

    second = api.post("/v1/issues", json={"title": "Tuesday", "external_id": "t"}, headers=key)

    assert first.json()["id"] != second.json()["id"]


def test_a_key_has_1_to_255_characters(client: Client, sample: Sample, owner: psycopg.Connection) -> None:
    answer = client(sample.credentials["analyst"]).post(
        "/v1/issues", json={"title": "x"}, headers={"idempotency-key": "k" * 256}
    )

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_idempotency_key")
