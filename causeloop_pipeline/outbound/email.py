"""Hands an e-mail to the installation's own mail server."""

import smtplib
from email.message import EmailMessage
from email.utils import make_msgid
from urllib.parse import unquote, urlsplit

TIMEOUT_SECONDS = 20


class MailError(RuntimeError):
    """The mail server did not take the message; the text says why and whether to try again."""

    def __init__(self, reason: str, *, permanent: bool) -> None:
        super().__init__(reason)
        self.permanent = permanent


def send_email(smtp_url: str, sender: str, to: str, subject: str, text: str, message_id: str) -> None:
    """Send one message; the same `message_id` lets mail programs drop a repetition."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    domain = make_msgid().rsplit("@", 1)[1].rstrip(">")
    message["Message-ID"] = f"<{message_id}@{domain}>"
    message.set_content(text)
    server = urlsplit(smtp_url)
    client = smtplib.SMTP_SSL if server.scheme == "smtps" else smtplib.SMTP
    try:
        with client(server.hostname or "", server.port or 0, timeout=TIMEOUT_SECONDS) as connection:
            if server.scheme == "smtp" and connection.has_extn("starttls"):
                connection.starttls()
            if server.username:
                connection.login(unquote(server.username), unquote(server.password or ""))
            connection.send_message(message)
    except smtplib.SMTPResponseException as refusal:
        permanent = 500 <= refusal.smtp_code < 600
        raise MailError(f"mail server answered {refusal.smtp_code}", permanent=permanent) from None
    except smtplib.SMTPRecipientsRefused:
        raise MailError(f"mail server refuses the recipient {to}", permanent=True) from None
    except (OSError, smtplib.SMTPException) as problem:
        raise MailError(f"mail server cannot be used: {type(problem).__name__}", permanent=False) from problem
