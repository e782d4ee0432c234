"""Sends e-mail over the installation's own mail server."""

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import parseaddr
from urllib.parse import SplitResult, unquote, urlsplit

from causeloop_pipeline.egress.errors import OutsideFailure, PermanentFailure, TransientFailure

TIMEOUT_SECONDS = 15
LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


def send_email(smtp_url: str, sender: str, to: str, subject: str, text: str, message_id: str) -> None:
    """Send one message; mail programs can drop duplicates by `message_id`."""
    message = _build_message(sender, to, subject, text, message_id)
    server = urlsplit(smtp_url)
    try:
        with _connect(server) as connection:
            if server.username:
                connection.login(unquote(server.username), unquote(server.password or ""))
            connection.send_message(message)
    except smtplib.SMTPAuthenticationError:
        raise TransientFailure("the mail server refuses this installation's user or password") from None
    except smtplib.SMTPRecipientsRefused as refusal:
        code = next(iter(refusal.recipients.values()))[0]
        raise _build_failure(code, f"the mail server refuses the recipient {to} ({code})") from None
    except smtplib.SMTPResponseException as refusal:
        raise _build_failure(refusal.smtp_code, f"the mail server answered {refusal.smtp_code}") from None
    except (OSError, smtplib.SMTPException) as problem:
        raise TransientFailure(f"the mail server cannot be used ({type(problem).__name__})") from None


def _build_message(sender: str, to: str, subject: str, text: str, message_id: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    domain = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
    message["Message-ID"] = f"<{message_id}@{domain}>"
    message.set_content(text)
    return message


def _connect(server: SplitResult) -> smtplib.SMTP:
    """A connection, with TLS where the server offers it; no password is sent in clear text over a network."""
    host, port = server.hostname or "", server.port or 0
    if server.scheme == "smtps":
        return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context())
    connection = smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
    try:
        connection.ehlo()
        if connection.has_extn("starttls"):
            connection.starttls(context=ssl.create_default_context())
        elif server.username and host not in LOOPBACK_HOSTS:
            raise PermanentFailure("the mail server offers no TLS: the password is not sent to it in clear")
    except BaseException:
        connection.close()
        raise
    return connection


def _build_failure(code: int, reason: str) -> OutsideFailure:
    return PermanentFailure(reason, code) if 500 <= code < 600 else TransientFailure(reason, code)
