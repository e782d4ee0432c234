"""A notice to operators by e-mail, taken by a real mail server on loopback."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from causeloop_pipeline.egress.errors import PermanentFailure
from causeloop_pipeline.outbound.operator_notice import OperatorNotice, send_notice
from tests.outbound.sample_alert import delivery_settings
from tests.outbound.test_email import mailbox  # noqa: F401
from tests.support.mailbox import Mailbox

NOTICE = OperatorNotice(
    "8f2c",
    "nightly",
    "step causeloop__patterns ended with StageFailedError",
    datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
    1,
    is_over=False,
    url="http://127.0.0.1:3000/runs/1",
)


def test_an_address_is_notified_what_failed_and_where_to_look(
    mailbox: tuple[Mailbox, int],  # noqa: F811
) -> None:
    inbox, port = mailbox
    settings = replace(delivery_settings(), smtp_url=f"smtp://127.0.0.1:{port}")

    send_notice(NOTICE, "mailto:oncall@example.org", settings)
    send_notice(replace(NOTICE, is_over=True), "mailto:oncall@example.org", settings)

    failing, over = inbox.messages
    assert failing["To"] == "oncall@example.org"
    assert failing["Subject"] == "[Causeloop] runs of nightly fail"
    assert "step causeloop__patterns ended with StageFailedError" in failing.get_content()
    assert NOTICE.url in failing.get_content()
    assert over["Subject"] == "[Causeloop] runs of nightly succeed again"


@pytest.mark.parametrize("channel", ["oncall@example.org", "ftp://example.org"])
def test_a_channel_of_no_known_form_is_refused_with_the_forms_there_are(channel: str) -> None:
    with pytest.raises(PermanentFailure, match=r"slack\+https"):
        send_notice(NOTICE, channel, delivery_settings())
