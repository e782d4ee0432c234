"""What tools post that send for a chat: taken in whatever way it is posted."""

import pytest

from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import Client
from tests.api.ingest.test_webhooks import make_hook
from tests.api.sample import Sample


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (b"payload=%7B%22text%22%3A%22web01+is+down%22%7D", "application/x-www-form-urlencoded"),
        (b"web01 is down", "text/plain"),
        (b'{"attachments": [{"title": "web01 is down", "color": "danger"}]}', "application/json"),
    ],
)
def test_a_message_for_a_chat_is_stored_in_whatever_way_it_is_posted(
    client: Client, fresh_sample: Sample, database: Database, body: bytes, media_type: str
) -> None:
    hook = make_hook(client, fresh_sample)
    address = f"{hook.path}?token={hook.secret}"

    response = client().post(address, content=body, headers={"content-type": media_type})

    assert response.status_code == 202
    assert response.json()["ok"] is True
    with database.workspace(fresh_sample.workspace_id) as session:
        record = session.row("select payload ->> 'title' as title, kind from raw.record")
    assert record == {"title": "web01 is down", "kind": "normalized_condition"}
