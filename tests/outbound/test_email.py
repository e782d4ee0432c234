"""Alerts by e-mail, taken by a real mail server on loopback."""

from collections.abc import Iterator

import pytest

from causeloop_pipeline.egress.errors import OutsideFailure, PermanentFailure, TransientFailure
from causeloop_pipeline.outbound.deliver import deliver
from causeloop_pipeline.storage.embedded.postgres_server import find_free_port
from tests.outbound.sample_alert import MESSAGE_ID, delivery, delivery_settings
from tests.support.mailbox import Mailbox, running_mailbox

TO = {"type": "email", "to": "oncall@example.org"}


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    with running_mailbox() as running:
        yield running


def test_a_mailbox_gets_the_alert_under_the_messages_id(mailbox: tuple[Mailbox, int]) -> None:
    inbox, port = mailbox
    deliver(delivery(TO), delivery_settings(smtp_url=f"smtp://127.0.0.1:{port}"))

    (mail,) = inbox.messages
    assert mail["To"] == TO["to"]
    assert mail["From"] == "Causeloop <alerts@causeloop.example>"
    assert mail["Message-ID"] == f"<{MESSAGE_ID}@causeloop.example>"
    assert mail["Subject"] == "[Storefront] Pool <exhausted> & slow: 83 %"
    assert "Likely trigger: Deploys of checkout" in mail.get_content()
    assert "https://causeloop.example/#/patterns/a" in mail.get_content()


def test_a_line_break_in_a_name_forges_no_header(mailbox: tuple[Mailbox, int]) -> None:
    inbox, port = mailbox
    forged = "Broken\r\nBcc: everyone@example.org\n\nbody"
    deliver(delivery(TO, pattern=forged), delivery_settings(smtp_url=f"smtp://127.0.0.1:{port}"))

    (mail,) = inbox.messages
    assert mail["Bcc"] is None
    assert mail["Subject"] == "[Storefront] Broken Bcc: everyone@example.org body: 83 %"


def test_a_password_in_the_setting_is_used_and_decoded(mailbox: tuple[Mailbox, int]) -> None:
    inbox, port = mailbox
    deliver(delivery(TO), delivery_settings(smtp_url=f"smtp://alerts:planted%20p%40ssword@127.0.0.1:{port}"))

    assert len(inbox.messages) == 1


def test_a_wrong_password_is_a_transient_failure_and_is_not_repeated(mailbox: tuple[Mailbox, int]) -> None:
    inbox, port = mailbox
    wrong = f"smtp://alerts:wrong-secret@127.0.0.1:{port}"  # pragma: allowlist secret
    with pytest.raises(TransientFailure, match="user or password") as failed:
        deliver(delivery(TO), delivery_settings(smtp_url=wrong))

    assert "wrong-secret" not in f"{failed.value!r}"
    assert inbox.messages == []


@pytest.mark.parametrize(
    ("recipient", "data", "kind"),
    [
        ("550 no such mailbox", "250 OK", PermanentFailure),
        ("450 greylisted", "250 OK", TransientFailure),
        ("250 OK", "554 refused", PermanentFailure),
        ("250 OK", "451 try later", TransientFailure),
    ],
)
def test_the_servers_code_tells_whether_to_try_again(
    mailbox: tuple[Mailbox, int], recipient: str, data: str, kind: type[OutsideFailure]
) -> None:
    inbox, port = mailbox
    inbox.recipient_answer, inbox.data_answer = recipient, data
    with pytest.raises(kind):
        deliver(delivery(TO), delivery_settings(smtp_url=f"smtp://127.0.0.1:{port}"))

    assert inbox.messages == []


def test_a_server_that_is_down_is_a_transient_failure() -> None:
    with pytest.raises(TransientFailure, match="ConnectionRefusedError"):
        deliver(delivery(TO), delivery_settings(smtp_url=f"smtp://127.0.0.1:{find_free_port()}"))


def test_without_a_mail_server_an_administrator_is_named_as_the_one_to_act() -> None:
    with pytest.raises(PermanentFailure, match="CAUSELOOP_SMTP_URL"):
        deliver(delivery(TO), delivery_settings())
