"""The installation's mail server carries nobody's own words to a stranger, and no flood."""

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest

from api import mail
from api.sign_up import routes
from bench.installation import wait_until
from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.app.tenants import create_service_key
from tests.api.conftest import Client
from tests.conftest import new_workspace
from tests.support.mailbox import Mailbox, running_mailbox

PROSE = "Urgent call 555-0100 or open evil.example now"
WORDS = {"Urgent", "555-0100", "evil.example"}


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    """Everybody may sign up, and messages arrive here."""
    with running_mailbox() as (inbox, port):
        monkeypatch.setenv("CAUSELOOP_SIGN_UP", "true")
        monkeypatch.setenv("CAUSELOOP_SMTP_URL", f"smtp://127.0.0.1:{port}")
        settings.cache_clear()
        for limits in (mail.MESSAGES, routes.SIGN_UPS):
            limits.buckets.clear()
        yield inbox
        monkeypatch.undo()
        settings.cache_clear()


def read_words(inbox: Mailbox) -> set[str]:
    """Every word that was sent, in a header or the text."""
    texts = [f"{message.as_string()} {message.get_content()}" for message in inbox.messages]
    return set(" ".join(texts).split())


def test_no_word_of_whoever_signs_up_or_invites_reaches_the_address_that_they_name(
    client: Client, mailbox: Mailbox, owner: psycopg.Connection
) -> None:
    body = {"organization": PROSE, "workspace": PROSE, "name": PROSE, "email": f"{uuid4().hex}@example.com"}
    admin = client(create_service_key(owner, new_workspace(owner), "k", "owner"))
    admin.patch("/v1/organization", json={"name": PROSE})
    admin.patch("/v1/workspace", json={"name": PROSE})

    made = client().post("/v1/organizations", json=body)
    invited = admin.post("/v1/members", json={"email": f"{uuid4().hex}@example.com", "name": PROSE})

    assert (made.status_code, invited.status_code) == (201, 201)
    assert made.json()["invitation_link"] is None
    wait_until(lambda: len(mailbox.messages) == 2, 20)
    assert read_words(mailbox) & WORDS == set()


@pytest.mark.parametrize("field", ["organization", "workspace", "name"])
@pytest.mark.parametrize("sign", ["\n", "\r\nBcc: all@example.com\r\n", "\u2028", "\u202e"])
def test_a_name_of_several_lines_is_refused(client: Client, mailbox: Mailbox, field: str, sign: str) -> None:
    body = {"organization": "Acme", "email": f"{uuid4().hex}@example.com"}

    refused = client().post("/v1/organizations", json={**body, field: f"Ac{sign}me"})

    assert refused.status_code == 422
    assert mailbox.messages == []


def test_an_address_asks_for_ten_organizations_an_hour_and_a_recipient_gets_five_messages(
    client: Client, mailbox: Mailbox, owner: psycopg.Connection
) -> None:
    victim = f"{uuid4().hex}@example.com"
    bodies = [{"organization": f"Org {number}", "email": victim} for number in range(7)]
    to_one = [client().post("/v1/organizations", json=body).status_code for body in bodies]
    others = [{**body, "email": f"{uuid4().hex}@example.com"} for body in bodies]
    to_others = [client().post("/v1/organizations", json=body).status_code for body in others]
    admin = client(create_service_key(owner, new_workspace(owner), "k", "admin"))
    invited = admin.post("/v1/members", json={"email": victim})

    assert to_one == [201] * 5 + [429] * 2
    assert to_others == [201] * 3 + [429] * 4
    assert (invited.status_code, "Retry-After" in invited.headers) == (429, True)
    assert [member["email"] for member in admin.get("/v1/members").json()["data"]] == []
    wait_until(lambda: len(mailbox.messages) == 8, 20)
