"""Requests with the same Idempotency-Key have one effect and one response."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import psycopg

from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import Client
from tests.api.sample import Sample


def test_concurrent_requests_with_one_key_create_one_row_and_get_one_response(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api = client(fresh_sample.credentials["admin"])
    for _ in range(5):
        name = uuid4().hex
        with ThreadPoolExecutor(12) as pool:
            responses = list(
                pool.map(
                    lambda _, name=name: api.post(
                        "/v1/service-accounts", json={"name": name}, headers={"idempotency-key": name}
                    ),
                    range(12),
                )
            )

        assert {response.status_code for response in responses} == {201}
        assert len({response.text for response in responses}) == 1
        assert sum(response.headers.get("idempotency-replayed") == "true" for response in responses) == 11


def test_an_issue_reported_twice_under_one_key_is_one_issue(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api, key = client(fresh_sample.credentials["analyst"]), {"idempotency-key": "once"}

    with ThreadPoolExecutor(8) as pool:
        responses = list(
            pool.map(lambda _: api.post("/v1/issues", json={"title": "Once"}, headers=key), range(8))
        )

    assert len({response.json()["id"] for response in responses}) == 1
    assert {response.headers["location"] for response in responses} == {
        f"/v1/issues/{responses[0].json()['id']}"
    }


def test_another_body_with_the_same_key_is_refused(client: Client, sample: Sample) -> None:
    api, key = client(sample.credentials["analyst"]), {"idempotency-key": uuid4().hex}
    api.post("/v1/issues", json={"title": "One"}, headers=key)

    other = api.post("/v1/issues", json={"title": "Two"}, headers=key)

    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


def test_a_key_is_valid_for_one_caller_and_one_path(
    client: Client, sample: Sample, other_sample: Sample
) -> None:
    key, body = {"idempotency-key": uuid4().hex}, {"title": "Same words"}

    responses = [
        client(who.credentials[role]).post("/v1/issues", json=body, headers=key)
        for who, role in ((sample, "analyst"), (sample, "admin"), (other_sample, "analyst"))
    ]
    elsewhere = client(sample.credentials["analyst"]).post(
        "/v1/ingest/events", json={"title": "Same words"}, headers=key
    )

    assert len({response.json()["id"] for response in responses}) == 3
    assert not any("idempotency-replayed" in response.headers for response in (*responses, elsewhere))


def test_a_failed_request_stores_no_key(client: Client, sample: Sample) -> None:
    api, key = client(sample.credentials["analyst"]), {"idempotency-key": uuid4().hex}

    failed = api.post("/v1/issues", json={"title": ""}, headers=key)
    retried = api.post("/v1/issues", json={"title": "Better"}, headers=key)

    assert (failed.status_code, retried.status_code) == (422, 201)


def test_after_24_hours_a_key_can_be_used_again(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api, key = client(fresh_sample.credentials["analyst"]), {"idempotency-key": "daily"}
    first = api.post("/v1/issues", json={"title": "Monday", "external_id": "m"}, headers=key)
    with database.workspace(fresh_sample.workspace_id) as session:
        session.execute("update app.idempotency_key set created_at = now() - interval '25 hours'")

    second = api.post("/v1/issues", json={"title": "Tuesday", "external_id": "t"}, headers=key)

    assert first.json()["id"] != second.json()["id"]


def test_a_key_has_1_to_255_characters(client: Client, sample: Sample, owner: psycopg.Connection) -> None:
    response = client(sample.credentials["analyst"]).post(
        "/v1/issues", json={"title": "x"}, headers={"idempotency-key": "k" * 256}
    )

    assert (response.status_code, response.json()["code"]) == (400, "invalid_idempotency_key")


def test_a_secret_that_is_shown_once_is_stored_nowhere_in_clear(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    headers = {"idempotency-key": "once"}
    made = client(fresh_sample.credentials["admin"]).post(
        "/v1/service-accounts", json={"name": "robot"}, headers=headers
    )
    secret = made.json()["key"].split("_", 3)[3]

    with database.workspace(fresh_sample.workspace_id) as session:
        tables = session.rows(
            "select table_schema || '.' || table_name as name from information_schema.columns "
            "where column_name = 'workspace_id' and table_schema in ('app', 'notify', 'raw')"
        )
        stored = {table["name"]: str(session.rows(f"select * from {table['name']}")) for table in tables}

    assert "app.idempotency_key" in stored
    assert [name for name, rows in stored.items() if secret in rows] == []


def test_a_stored_response_that_cannot_be_read_any_more_is_a_conflict(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api, headers = client(fresh_sample.credentials["analyst"]), {"idempotency-key": "damaged"}
    api.post("/v1/issues", json={"title": "x"}, headers=headers)
    with database.workspace(fresh_sample.workspace_id) as session:
        session.execute("update app.idempotency_key set sealed_response = '\\x0102'")

    again = api.post("/v1/issues", json={"title": "x"}, headers=headers)

    assert (again.status_code, again.json()["code"]) == (409, "response_unreadable")
