"""A real mail server on loopback that keeps what it is sent."""

from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from causeloop_pipeline.storage.embedded.postgres_server import find_free_port

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


@contextmanager
def running_mailbox() -> Iterator[tuple[Mailbox, int]]:
    """The mailbox, and the port of its server."""
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
