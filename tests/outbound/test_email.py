"""Alerts by e-mail, taken by a real mail server on loopback."""

from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from causeloop_pipeline.egress.errors import OutsideFailure, PermanentFailure, TransientFailure
from causeloop_pipeline.outbound.deliver import deliver
from causeloop_pipeline.storage.embedded.postgres_server import find_free_port
from tests.outbound.sample_alert import MESSAGE_ID, delivery, delivery_settings

TO = {"type": "email", "to": "oncall@example.org"}
PASSWORD = "planted p@ssword"


class Mailbox:
    """Stores what it accepts; answers as a test sets it."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.recipient_answer = self.data_answer = "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.recipient_answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.data_answer.startswith("250"):
            content = envelope.content or b""
            raw = content if isinstance(content, bytes) else content.encode()
            self.messages.append(message_from_bytes(raw, policy=policy.default))
        return self.data_answer


def authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    right = isinstance(data, LoginPassword) and data.password == PASSWORD.encode()
    return AuthResult(success=right, handled=False)


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    inbox = Mailbox()
    server = Controller(
        inbox,
        hostname="127.0.0.1",
        port=find_free_port(),
        authenticator=authenticate,
        auth_required=False,
        auth_require_tls=False,
    )
    server.start()
    yield inbox, server.port
    server.stop()


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
