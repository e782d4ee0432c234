"""Files that somebody made to break the API: what they hold is stored, or refused with the reason."""

import json

from tests.api.conftest import Client
from tests.api.sample import Sample

OCTETS = {"content-type": "application/octet-stream"}
RECORDS = [
    {"id": "1", "title": "Checkout\0is down", "created_at": "2026-09-01", "team": "\ud800"},
    {"id": "2", "title": "Checkout is down", "created_at": "2026-09-02", "count": 10**30, "k\0": "v\0"},
    {"id": "3", "title": "Checkout is down", "created_at": "9999-12-31T23:59:59-12:00"},
]


def test_values_that_postgresql_cannot_store_are_imported_written_otherwise(
    client: Client, fresh_sample: Sample
) -> None:
    api = client(fresh_sample.credentials["analyst"])
    content = json.dumps(RECORDS).encode()

    upload = api.post("/v1/uploads", params={"name": "a.json"}, content=content, headers=OCTETS)
    again = api.patch(f"/v1/uploads/{upload.json()['id']}", json={"timezone": "Asia/Kathmandu"})
    imported = api.post(f"/v1/uploads/{upload.json()['id']}/import", json={})

    understood = upload.json()["understanding"]
    assert (upload.status_code, again.status_code, imported.status_code) == (201, 200, 200)
    assert [example["title"] for example in understood["examples"]] == [
        "Checkout\ufffdis down",
        "Checkout is down",
    ]
    assert understood["problems"][0]["column"] == "created_at"
    assert (imported.json()["counts"]["new"], imported.json()["counts"]["unreadable"]) == (2, 1)
