import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.connectors.spec import OWN_SIGNATURE, HmacSignature, SharedSecret, Signature
from causeloop_pipeline.landing.inbound.signature import SignatureError, sign, verify
from tests.support.shared_data import find_shared_path


def hmac_of(name: str) -> HmacSignature:
    """The first signature of a tool's webhook."""
    webhook = CONNECTORS[name].webhook
    assert webhook is not None
    signature = webhook.signatures[0]
    assert isinstance(signature, HmacSignature)
    return signature


GITHUB = hmac_of("github")
PAGERDUTY = hmac_of("pagerduty")
JIRA = hmac_of("jira")
ZENDESK = hmac_of("zendesk")
BARE = {
    "linear": "Linear-Signature",
    "sentry": "Sentry-Hook-Signature",
    "shortcut": "Payload-Signature",
    "clickup": "X-Signature",
    "asana": "X-Hook-Signature",
    "firehydrant": "fh-signature",
    "checkly": "x-checkly-signature",
    "fivetran": "X-Fivetran-Signature-256",
    "dbt_cloud": "Authorization",
    "sonarqube": "X-Sonar-Webhook-HMAC-SHA256",
}
SCHEMES: dict[str, Signature] = {
    "github": GITHUB,
    "pagerduty": PAGERDUTY,
    "jira": JIRA,
    "zendesk": ZENDESK,
    **{scheme: HmacSignature(header) for scheme, header in BARE.items()},
    "slack": HmacSignature(
        "x-slack-signature",
        prefix="v0=",
        signed="v0:{timestamp}:{body}",
        timestamp_header="x-slack-request-timestamp",
    ),
    "standard_webhooks": HmacSignature(
        "webhook-signature",
        encoding="base64",
        prefix="v1,",
        separator=" ",
        signed="{id}.{timestamp}.{body}",
        timestamp_header="webhook-timestamp",
        id_header="webhook-id",
        secret_prefix="whsec_",
    ),
    "intercom": HmacSignature("X-Hub-Signature", algorithm="sha1", prefix="sha1="),
    "vercel": HmacSignature("x-vercel-signature", algorithm="sha1"),
    "hubspot_v3": HmacSignature(
        "X-HubSpot-Signature-v3",
        encoding="base64",
        signed="{method}{url}{body}{timestamp}",
        timestamp_header="X-HubSpot-Request-Timestamp",
    ),
    "front": HmacSignature(
        "X-Front-Signature",
        encoding="base64",
        signed="{timestamp}:{body}",
        timestamp_header="X-Front-Request-Timestamp",
    ),
    "circleci": HmacSignature("circleci-signature", prefix="v1=", separator=","),
    "buildkite": HmacSignature(
        "X-Buildkite-Signature",
        prefix="signature=",
        separator=",",
        signed="{timestamp}.{body}",
        timestamp_prefix="timestamp=",
    ),
    "notion": HmacSignature("X-Notion-Signature", prefix="sha256="),
    "rootly": HmacSignature(
        "X-Rootly-Signature", prefix="v1=", separator=",", signed="{timestamp}{body}", timestamp_prefix="t="
    ),
    "monte_carlo": HmacSignature("x-mcd-signature", algorithm="sha512"),
    "trello": HmacSignature("X-Trello-Webhook", algorithm="sha1", encoding="base64", signed="{body}{url}"),
    "help_scout": HmacSignature("X-HelpScout-Signature", algorithm="sha1", encoding="base64"),
}
VECTOR_TIME = {"slack": 1531420618, "standard_webhooks": 1614265330}
NOW = datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
SECRET = "the secret of this connector"
BODY = b'{"id":1,"ok":true}'


def test_every_published_vector_is_accepted_and_its_changes_are_not():
    vectors = json.loads(find_shared_path("connectors/signature_vectors.json").read_text())
    assert {vector["scheme"] for vector in vectors} == set(SCHEMES)
    for vector in vectors:
        scheme = vector["scheme"]
        now = datetime.fromtimestamp(VECTOR_TIME.get(scheme, 1700000000), UTC)
        proof = {
            "headers": {name.lower(): value for name, value in vector["headers"].items()},
            "secrets": [vector["secret"]],
            "now": now,
            "url": vector.get("url", ""),
        }
        verify([SCHEMES[scheme]], body=vector["body"].encode(), **proof)
        with pytest.raises(SignatureError):
            verify([SCHEMES[scheme]], body=vector["body"].encode() + b" ", **proof)


def test_githubs_documented_example_is_accepted():
    headers = {
        "x-hub-signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    }
    verify([GITHUB], headers=headers, body=b"Hello, World!", secrets=["It's a Secret to Everybody"], now=NOW)


def own_headers(body: bytes = BODY, secret: str = SECRET) -> dict[str, str]:
    return {"x-causeloop-signature": sign(OWN_SIGNATURE, body=body, secret=secret)}


@pytest.mark.parametrize("name", ["github", "pagerduty", "jira", "zendesk", "own"])
def test_one_changed_bit_is_refused_wherever_it_is(name):
    signature = OWN_SIGNATURE if name == "own" else hmac_of(name)
    timestamp = str(int(NOW.timestamp()))
    proof = signature.prefix + sign(signature, body=BODY, secret=SECRET, timestamp=timestamp)
    headers = {signature.header: proof} | (
        {signature.timestamp_header: timestamp} if signature.timestamp_header else {}
    )
    verify([signature], headers=headers, body=BODY, secrets=[SECRET], now=NOW)
    for bit in range(len(BODY) * 8):
        changed = bytearray(BODY)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(SignatureError):
            verify([signature], headers=headers, body=bytes(changed), secrets=[SECRET], now=NOW)
    for place in range(len(signature.prefix), len(proof)):
        other = proof[:place] + ("1" if proof[place] != "1" else "2") + proof[place + 1 :]
        with pytest.raises(SignatureError):
            verify(
                [signature], headers=headers | {signature.header: other}, body=BODY, secrets=[SECRET], now=NOW
            )


@settings(deadline=None)
@given(st.text(max_size=80))
def test_any_other_signature_is_refused(text):
    with pytest.raises(SignatureError):
        verify([OWN_SIGNATURE], headers={"x-causeloop-signature": text}, body=BODY, secrets=[SECRET], now=NOW)


@pytest.mark.parametrize("headers", [{}, {"x-causeloop-signature": ""}, {"x-other": "1"}])
def test_a_missing_signature_is_refused(headers):
    with pytest.raises(SignatureError, match="missing"):
        verify([OWN_SIGNATURE], headers=headers, body=BODY, secrets=[SECRET], now=NOW)


@pytest.mark.parametrize("secrets", [[], [""]])
def test_without_a_secret_nothing_is_accepted(secrets):
    for signature, headers in (
        (OWN_SIGNATURE, own_headers(secret="")),
        (SharedSecret("authorization"), {"authorization": ""}),
    ):
        with pytest.raises(SignatureError):
            verify([signature], headers=headers, body=BODY, secrets=secrets, now=NOW)


def test_both_secrets_work_while_one_replaces_the_other():
    for secret in ("old", "new"):
        verify(
            [OWN_SIGNATURE], headers=own_headers(secret=secret), body=BODY, secrets=["new", "old"], now=NOW
        )
    with pytest.raises(SignatureError):
        verify(
            [OWN_SIGNATURE], headers=own_headers(secret="older"), body=BODY, secrets=["new", "old"], now=NOW
        )


def test_one_good_entry_among_several_is_enough():
    good = sign(PAGERDUTY, body=BODY, secret=SECRET)
    headers = {"x-pagerduty-signature": f"v1={'0' * 64}, v1={good}"}
    verify([PAGERDUTY], headers=headers, body=BODY, secrets=[SECRET], now=NOW)


@pytest.mark.parametrize("variant", ["{}", "v0={}", "V1={}", "v1= {}", "v1={}0", "sha256={}"])
def test_a_signature_in_another_format_is_refused(variant):
    good = sign(PAGERDUTY, body=BODY, secret=SECRET)
    with pytest.raises(SignatureError):
        verify(
            [PAGERDUTY],
            headers={"x-pagerduty-signature": variant.format(good)},
            body=BODY,
            secrets=[SECRET],
            now=NOW,
        )


@pytest.mark.parametrize(
    ("seconds", "accepted"), [(-301, False), (-300, True), (0, True), (300, True), (301, False)]
)
@pytest.mark.parametrize("iso", [True, False])
def test_a_signed_time_must_be_near(seconds, accepted, iso):
    moment = NOW + timedelta(seconds=seconds)
    timestamp = moment.strftime("%Y-%m-%dT%H:%M:%SZ") if iso else str(int(moment.timestamp()))
    headers = {
        "x-zendesk-webhook-signature": sign(ZENDESK, body=BODY, secret=SECRET, timestamp=timestamp),
        "x-zendesk-webhook-signature-timestamp": timestamp,
    }
    if accepted:
        verify([ZENDESK], headers=headers, body=BODY, secrets=[SECRET], now=NOW)
    else:
        with pytest.raises(SignatureError, match="five minutes"):
            verify([ZENDESK], headers=headers, body=BODY, secrets=[SECRET], now=NOW)


@pytest.mark.parametrize("timestamp", ["", "soon", "9" * 40, "-1", "1700000000.5x", "²"])
def test_an_unreadable_time_is_refused(timestamp):
    headers = {
        "x-zendesk-webhook-signature": sign(ZENDESK, body=BODY, secret=SECRET, timestamp=timestamp),
        "x-zendesk-webhook-signature-timestamp": timestamp,
    }
    with pytest.raises(SignatureError):
        verify([ZENDESK], headers=headers, body=BODY, secrets=[SECRET], now=NOW)


def test_a_time_that_was_not_signed_is_refused():
    headers = {
        "x-zendesk-webhook-signature": sign(ZENDESK, body=BODY, secret=SECRET, timestamp="1600000000"),
        "x-zendesk-webhook-signature-timestamp": str(int(NOW.timestamp())),
    }
    with pytest.raises(SignatureError, match="does not sign"):
        verify([ZENDESK], headers=headers, body=BODY, secrets=[SECRET], now=NOW)


def test_a_body_that_looks_like_a_template_is_signed_as_it_is():
    body = b"{timestamp}{body}"
    headers = {"x-causeloop-signature": sign(OWN_SIGNATURE, body=body, secret=SECRET)}
    verify([OWN_SIGNATURE], headers=headers, body=body, secrets=[SECRET], now=NOW)


def test_a_refusal_never_repeats_the_secret_or_the_signature():
    good = sign(OWN_SIGNATURE, body=BODY, secret=SECRET)
    for signature in (OWN_SIGNATURE, SharedSecret("x-causeloop-signature")):
        with pytest.raises(SignatureError) as refused:
            verify(
                [signature], headers={"x-causeloop-signature": "wrong"}, body=BODY, secrets=[SECRET], now=NOW
            )
        assert SECRET not in str(refused.value)
        assert good not in str(refused.value)
