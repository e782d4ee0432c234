"""Signatures are those of the published specification."""

from datetime import UTC, datetime

import pytest

from causeloop_pipeline.outbound.standard_webhooks import SigningSecretError, sign_headers

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # pragma: allowlist secret
MESSAGE = "msg_p5jXN8AQM9LWM0D4loKWxJek"  # pragma: allowlist secret
BODY = b'{"test": 2432232314}'
SENT = datetime.fromtimestamp(1614265330, UTC)


def test_the_published_vector_is_met() -> None:
    assert sign_headers(SECRET, MESSAGE, BODY, SENT) == {
        "webhook-id": MESSAGE,
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@pytest.mark.parametrize(
    ("message", "body", "sent"),
    [
        ("msg_other", BODY, SENT),
        (MESSAGE, BODY + b" ", SENT),
        (MESSAGE, BODY, SENT.replace(second=11)),
    ],
)
def test_id_time_and_body_are_all_signed(message: str, body: bytes, sent: datetime) -> None:
    signed = sign_headers(SECRET, message, body, sent)["webhook-signature"]

    assert signed != sign_headers(SECRET, MESSAGE, BODY, SENT)["webhook-signature"]


def test_what_is_not_a_secret_of_the_specification_is_refused_without_being_repeated() -> None:
    with pytest.raises(SigningSecretError) as refused:
        sign_headers("whsec_not base64!", MESSAGE, BODY, SENT)

    assert "not base64" not in str(refused.value)
