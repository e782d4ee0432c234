"""Sends e-mail to people in the background of a request, where the installation has a mail server."""

import logging
import uuid

from starlette.concurrency import run_in_threadpool

from causeloop_pipeline.egress.errors import OutsideFailure
from causeloop_pipeline.settings import settings

log = logging.getLogger("causeloop.api")


async def send_in_background(email: str, subject: str, text: str) -> None:
    """Send a message in a thread."""
    await run_in_threadpool(send, email, subject, text)


def send(email: str, subject: str, text: str) -> None:
    """Send a message; a failure is only logged, because nobody waits for it."""
    from causeloop_pipeline.outbound.email import send_email

    config = settings()
    try:
        send_email(config.require("smtp_url"), config.smtp_from, email, subject, text, uuid.uuid4().hex)
    except OutsideFailure as failure:
        log.error("a message was not sent: %s", failure.reason)
