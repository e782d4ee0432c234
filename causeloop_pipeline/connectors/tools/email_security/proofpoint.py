"""Proofpoint Targeted Attack Protection: malicious messages and clicks, by the hour."""

from datetime import timedelta

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Band,
    Choose,
    Every,
    Has,
    Join,
    Kind,
    Literal,
    Some,
    Text,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.model.issue import Identifies

SCORES = ("malwareScore", "phishScore", "impostorScore", "spamScore")
WORST_SCORE = (
    *(Band(score, ((90, "critical"),)) for score in SCORES[:3]),
    *(Band(score, ((70, "high"),)) for score in SCORES[:3]),
    *(Band(score, ((40, "medium"),)) for score in SCORES),
    *(Band(score, ((0, "low"),)) for score in SCORES),
)

MESSAGE = IssueMapping(
    name="message",
    identifies=Identifies.EVENT,
    when=Every((Has("messageTime"), Some((Has("subject"), Has("sender"), Has("threatsInfoMap"))))),
    title=("subject", Text("Message from {sender}"), Text("Message from {fromAddress.0}")),
    body=Join(
        ("threatsInfoMap.0.classification", "threatsInfoMap.0.threatType", "threatsInfoMap.0.threat"), " · "
    ),
    severity=WORST_SCORE,
    status=Choose(
        Kind(("blocked_message",)),
        Literal("blocked"),
        Choose(Has("quarantineFolder"), Literal("quarantined"), "threatsInfoMap.0.threatStatus"),
    ),
    service=("recipient.0", "toAddresses.0", "recipient"),
    error_type=("threatsInfoMap.0.classification", "quarantineRule", "threatsInfoMap.0.threatType"),
    external_url="threatsInfoMap.0.threatUrl",
    source_created_at="messageTime",
    attributes={
        "sender": ("sender", "fromAddress.0"),
        "campaign": "threatsInfoMap.0.campaignID",
        "quarantine_folder": "quarantineFolder",
    },
)
CLICK = IssueMapping(
    name="click",
    identifies=Identifies.EVENT,
    when=Every((Has("clickTime"), Some((Has("threatID"), Has("url"), Has("threatURL"))))),
    title=(Text("{classification} link clicked by {recipient}"), Text("Link clicked by {recipient}")),
    body="url",
    severity="classification",
    status=Choose(Kind(("blocked_click",)), Literal("blocked"), "threatStatus"),
    service="recipient",
    error_type="classification",
    external_url=("threatURL", "threatUrl"),
    source_created_at=("clickTime", "threatTime"),
    attributes={"sender": "sender", "campaign": "campaignId", "ip": "clickIP"},
)


def poll_list(name: str, kind: str, key: str, time: str) -> spec.Pull:
    """One of the four lists; each call may ask for at most one hour of the last seven days."""
    records = {"messages": "messages", "clicks": "clicks"}[name.partition("/")[0]]
    verdict = name.partition("/")[2].capitalize()
    return spec.Pull(
        name=name.replace("/", "_"),
        path=f"/v2/siem/{name}",
        params=(("format", "json"),),
        records=f"{records}{verdict}",
        pages=spec.OnePage(),
        schema=spec.RecordSchema(key=key, updated_at=(time,), kind=kind),
        since=spec.Since(
            field=time,
            param="interval",
            template="{since}/{until}",
            window=timedelta(hours=1),
            ascending=False,
        ),
    )


MESSAGE_SCHEMA = spec.RecordSchema(key="GUID", updated_at=("messageTime",))
CLICK_SCHEMA = spec.RecordSchema(key="click/{id}", updated_at=("clickTime",), kind="click")

CONNECTOR = spec.Connector(
    name="proofpoint",
    title="Proofpoint TAP",
    category=spec.Category.SECURITY,
    docs_url="https://help.proofpoint.com/Threat_Insight_Dashboard/API_Documentation/SIEM_API",
    plan="growth",
    base_url="https://tap-api-v2.proofpoint.com",
    site=(),
    credentials=(
        spec.Field("principal", "Service principal", help="Settings › Connected applications."),
        spec.Field("secret", "Secret"),
    ),
    auth=spec.Basic("{principal}", "{secret}"),
    pulls=(
        poll_list("messages/delivered", "record", "GUID", "messageTime"),
        poll_list("messages/blocked", "blocked_message", "GUID", "messageTime"),
        poll_list("clicks/permitted", "click", "click/{id}", "clickTime"),
        poll_list("clicks/blocked", "blocked_click", "click/{id}", "clickTime"),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.OWN_SIGNATURE),
        events=(
            spec.WebhookEvent(record="", when=spec.Condition(path="clickTime"), schema=CLICK_SCHEMA),
            spec.WebhookEvent(record="", when=spec.Condition(path="GUID"), schema=MESSAGE_SCHEMA),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="messageID"),
                schema=spec.RecordSchema(key="messageID", updated_at=("messageTime",)),
            ),
        ),
        setup="A script that reads the SIEM API posts each message or click, with the header "
        "x-causeloop-token holding the secret.",
    ),
    issues=(MESSAGE, CLICK),
)
