"""A link with a key signs nobody in unasked: whoever made the link would see what is entered afterwards."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

NODE = shutil.which("node")


@pytest.mark.skipif(NODE is None, reason="node is not on this machine")
def test_the_key_of_a_link_is_used_only_after_the_person_agrees() -> None:
    script = Path(__file__).with_name("open_link.mjs")
    printed = subprocess.run(
        [str(NODE), script], capture_output=True, text=True, check=True, timeout=60
    ).stdout
    result = json.loads(printed)

    assert result["before"] == {"requests": [], "cookies": [], "hash": "#/patterns"}
    assert result["needsConsent"]
    assert result["cookies"][0] == ["POST", "Bearer cl_from_a_link"]


@pytest.mark.skipif(NODE is None, reason="node is not on this machine")
def test_once_exchanged_a_credential_is_neither_sent_nor_stored_by_the_page() -> None:
    script = Path(__file__).with_name("open_link.mjs")
    printed = subprocess.run(
        [str(NODE), script], capture_output=True, text=True, check=True, timeout=60
    ).stdout
    result = json.loads(printed)

    assert ["/v1/me", None] in result["requests"]
    assert "cl_from_a_link" not in json.dumps([result["requests"], result["stored"]])
