"""Sends e-mail to people in the background of a request, where the installation has a mail server."""

import logging
import uuid

from starlette.concurrency import run_in_threadpool

from api.auth.address_limits import AddressLimits
from causeloop_pipeline.egress.errors import OutsideFailure
from causeloop_pipeline.settings import settings

MESSAGES = AddressLimits(5, 1 / 1800, "rate_limited", "this address got several messages already")
"""Five at once, and two an hour, for each recipient and process: nobody fills the mailbox of another."""

log = logging.getLogger("causeloop.api")


async def send_in_background(email: str, subject: str, text: str) -> None:
    """Send a message in a thread."""
    await run_in_threadpool(send, email, subject, text)


def check_messages(email: str) -> None:
    """429 where an address has got as many messages as it may."""
    MESSAGES.check(("to", email.lower()))


def claim_message(email: str) -> None:
    """Count a message to an address; 429 where it has got as many as it may."""
    check_messages(email)
    MESSAGES.take(("to", email.lower()))


def send(email: str, subject: str, text: str) -> None:
    """Send a message; a failure is only logged, because nobody waits for it."""
    from causeloop_pipeline.outbound.email import send_email

    config = settings()
    try:
        send_email(config.require("smtp_url"), config.smtp_from, email, subject, text, uuid.uuid4().hex)
    except OutsideFailure as failure:
        log.error("a message was not sent: %s", failure.reason)
