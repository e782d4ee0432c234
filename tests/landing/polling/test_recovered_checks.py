"""What a list leaves out once it has recovered is still seen to have ended, read one by one."""

from typing import Any

from tests.support.fake_tool import ReceivedRequest, Reply, fake_tool
from tests.support.polling import ids, poll

READ_ONLY, WRITABLE = "a" * 40, "0f9a1c52-6f0e-4a57-9d3b-7b0c1f6b2a10"


def check(status: str, **key: str) -> dict[str, Any]:
    return {"name": "Backup", "slug": "backup", "status": status, "last_ping": "2026-01-01T00:00:00Z", **key}


def answer(status: str, **key: str) -> Any:
    def script(request: ReceivedRequest) -> Reply:
        is_list = request.path == "/api/v3/checks/"
        return Reply({"checks": [check(status, **key)]} if is_list else check(status, **key))

    return script


def test_a_check_that_was_last_pinged_long_ago_is_read_while_it_is_down():
    with fake_tool(answer("down", unique_key=READ_ONLY)) as tool:
        pages = poll(tool, "healthchecks")
        assert ids(pages) == [READ_ONLY]
        assert ids(poll(tool, "healthchecks", cursor=pages[-1].cursor)) == [READ_ONLY]


def test_a_check_that_is_up_again_is_read_by_its_id_and_others_are_not():
    address = f"https://healthchecks.io/api/v3/checks/{WRITABLE}"
    for key, external_id in (({"unique_key": READ_ONLY}, READ_ONLY), ({"update_url": address}, WRITABLE)):
        with fake_tool(answer("up", **key)) as tool:
            assert ids(poll(tool, "healthchecks")) == []
            pages = poll(tool, "healthchecks", open_ids=[external_id])
            assert ids(pages) == [external_id]
            assert pages[-1].records[0].payload["status"] == "up"
            assert tool.requests[-1].path == f"/api/v3/checks/{external_id}"
