"""The pages that a link opens show what it is for, send what was entered, and keep no token in view."""

from pathlib import Path
from typing import Any

import pytest

from tests.api.dashboard.node import print_json

SCRIPT = Path(__file__).with_name("open_links.mjs")


@pytest.fixture(scope="module")
def pages() -> dict[str, Any]:
    """What each page showed and sent, run by node."""
    return print_json(SCRIPT)


def test_an_invitation_is_accepted_with_consent_and_the_person_is_signed_in(pages: dict[str, Any]) -> None:
    page = pages["accept"]

    assert "Join Main of Acme" in page["text"]
    assert "ana@example.com" in page["text"]
    assert "At least 12 characters" in page["text"]
    assert page["sent"] == [
        ["/v1/auth/invitation", {"token": "cli_x"}],
        ["/v1/auth/accept", {"token": "cli_x", "consent": True, "password": "correct horse"}],
        ["/v1/auth/login", {"email": "ana@example.com", "password": "correct horse", "workspace_id": "w"}],
    ]
    assert page["done"] is True


def test_a_link_that_does_not_work_says_why(pages: dict[str, Any]) -> None:
    assert "used or replaced" in pages["invalid"]["text"]


def test_the_first_start_creates_an_organization_and_goes_on_to_its_invitation(pages: dict[str, Any]) -> None:
    page = pages["start"]

    assert "You will be its owner" in page["text"]
    [[path, body]] = page["sent"]
    assert (path, body["organization"], body["token"]) == ("/v1/organizations", "Acme", "cls_x")
    assert page["accepting"] == "cli_y"


def test_the_token_is_taken_out_of_the_address(pages: dict[str, Any]) -> None:
    assert pages["address"] == {"link": {"kind": "accept", "token": "cli_x"}, "left": "/#/"}
