"""AWS's own published example of Signature Version 4."""

from datetime import UTC, datetime

from causeloop_pipeline.egress.aws_signature import AwsKey, sign_request

KEY = AwsKey("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", service="service", region="us-east-1")
NOW = datetime(2015, 8, 30, 12, 36, tzinfo=UTC)


def signature_of(method: str, url: str) -> str:
    headers = sign_request(KEY, method, url, {}, None, NOW)
    return headers["Authorization"].rpartition("Signature=")[2]


def test_the_published_examples_are_signed_alike() -> None:
    assert signature_of("GET", "https://example.amazonaws.com/") == (
        "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"  # pragma: allowlist secret
    )
    assert signature_of("GET", "https://example.amazonaws.com/?Param2=value2&Param1=value1") == (
        "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"  # pragma: allowlist secret
    )


def test_a_sessions_token_is_sent_and_signed() -> None:
    key = AwsKey("AKIDEXAMPLE", "planted", "guardduty", "eu-west-1", session_token="planted-token")
    headers = sign_request(key, "POST", "https://guardduty.eu-west-1.amazonaws.com/detector", {}, b"{}", NOW)
    assert headers["X-Amz-Security-Token"] == "planted-token"
    assert "x-amz-security-token" in headers["Authorization"]
    assert "planted" not in repr(key)
