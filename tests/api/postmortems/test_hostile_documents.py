"""Documents that somebody made to break the API."""

from tests.api.conftest import Client
from tests.api.sample import Sample

OCTETS = {"content-type": "application/octet-stream"}
DOCUMENT = """---
title: "Checkout was\\0down"
severity: "\\ud800"
date: 2026-99-99
---
## Action items
- [x] Bound the queue of checkout
"""


def test_what_a_document_says_of_itself_is_stored_whatever_it_is(
    client: Client, fresh_sample: Sample
) -> None:
    api = client(fresh_sample.credentials["analyst"])

    upload = api.post("/v1/postmortems", params={"name": "a.md"}, content=DOCUMENT, headers=OCTETS)
    imported = api.post(f"/v1/postmortems/{upload.json()['id']}/import")

    assert (upload.status_code, imported.status_code) == (201, 200)
    assert upload.json()["title"] == "Checkout was\ufffddown"
    assert len(upload.json()["items"]) == 1


def test_a_document_without_a_word_is_about_no_pattern(client: Client, fresh_sample: Sample) -> None:
    api = client(fresh_sample.credentials["analyst"])

    upload = api.post("/v1/postmortems", params={"name": "…"}, content="# !!!\n\n***\n", headers=OCTETS)
    suggested = api.get(f"/v1/postmortems/{upload.json()['id']}/patterns")

    assert (upload.status_code, suggested.status_code) == (201, 200)
    assert suggested.json() == {"patterns": [], "new_probability": 1}
