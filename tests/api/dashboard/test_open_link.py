"""A link with a key signs nobody in unasked: whoever made the link would see what is entered afterwards."""

import json
from pathlib import Path

from tests.api.dashboard.node import print_json

SCRIPT = Path(__file__).with_name("open_link.mjs")


def test_the_key_of_a_link_is_used_only_after_the_person_agrees() -> None:
    result = print_json(SCRIPT)

    assert result["before"] == {"requests": [], "cookies": [], "hash": "#/patterns"}
    assert result["needsConsent"]
    assert result["cookies"][0] == ["POST", "Bearer cl_from_a_link"]


def test_once_exchanged_a_credential_is_neither_sent_nor_stored_by_the_page() -> None:
    result = print_json(SCRIPT)

    assert ["/v1/me", None] in result["requests"]
    assert "cl_from_a_link" not in json.dumps([result["requests"], result["stored"]])
