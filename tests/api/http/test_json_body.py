"""No body gets past the guard, whatever its media type is called."""

import pytest

from tests.api.conftest import Client
from tests.api.sample import Sample

BAD_BODIES = (
    b'{"title": "x", "attributes": {"\\udfff": 1}}',
    b'{"title": NaN}',
    b'{"title": "x", "attributes": {"a": 1e999}}',
    '{"title": "x"}'.encode("utf-16"),
    b'{"title": "x", "attributes":' + b'{"a":' * 70 + b"1" + b"}" * 70 + b"}",
)


@pytest.mark.parametrize("body", BAD_BODIES)
@pytest.mark.parametrize(
    "media_type",
    [
        "application/JSON",
        "Application/Json; charset=utf-8",
        "application/vnd.api+JSON",
        "application/problem+json",
        "application/json ;x=y",
    ],
)
def test_a_json_body_is_guarded_under_every_spelling_of_its_type(
    body: bytes, media_type: str, client: Client, sample: Sample
) -> None:
    api = client(sample.credentials["analyst"])
    for path in ("/v1/ingest/events", "/v1/issues"):
        response = api.post(path, content=body, headers={"content-type": media_type})

        assert (response.status_code, response.json()["code"]) == (400, "malformed_json")


@pytest.mark.parametrize("media_type", ["", "text/plain", "application/octet-stream", "text/json", "json"])
def test_a_body_of_another_type_is_refused(media_type: str, client: Client, sample: Sample) -> None:
    headers = {"content-type": media_type}
    response = client(sample.credentials["analyst"]).post(
        "/v1/issues", content=b'{"title": "x"}', headers=headers
    )

    assert (response.status_code, response.json()["code"]) == (415, "not_json")
