"""Kubernetes: warning events of a cluster and rollouts of its deployments, polled or sent by an exporter."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Every, Has, Literal, Match, Some, Text
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping, IssueMapping
from causeloop_pipeline.connectors.mapping.occurrences import Counted
from causeloop_pipeline.connectors.record_filters import Among, Both, Named
from causeloop_pipeline.model.issue import Identifies

ROLLOUT = r"^Scaled up replica set \S+ (from 0 )?to 1\b|^Scaled up replica set \S+ from 0 to"
"""The first pods of a new version; later steps and autoscaling start from more."""
OBJECTS = ("involvedObject", "regarding")


def of_object(*keys: str) -> tuple[str, ...]:
    """What an event says of its object, in either version of the API."""
    return tuple(f"{name}.{key}" for key in keys for name in OBJECTS)


MESSAGE = ("message", "note")
SERVICE = of_object(
    r"labels.app\.kubernetes\.io/name",
    "labels.app",
    "ownerReferences.0.name",
    "name",
)
STARTED = (
    "firstTimestamp",
    "deprecatedFirstTimestamp",
    "eventTime",
    "metadata.creationTimestamp",
    "lastTimestamp",
)
LAST = (
    "series.lastObservedTime",
    "lastTimestamp",
    "deprecatedLastTimestamp",
    "eventTime",
    "metadata.creationTimestamp",
)
IS_EVENT = Every((Has("reason"), Some((Has("involvedObject"), Has("regarding")))))

EVENT = IssueMapping(
    name="event",
    identifies=Identifies.GROUP,
    when=IS_EVENT,
    title=(
        Text("{reason}: {involvedObject.kind} {involvedObject.name}"),
        Text("{reason}: {regarding.kind} {regarding.name}"),
        "reason",
    ),
    body=MESSAGE,
    severity="type",
    status="type",
    service=SERVICE,
    error_type="reason",
    team=of_object("labels.team", "annotations.team"),
    environment=(
        "clusterName",
        *of_object("labels.environment", "labels.env", "namespace"),
        "metadata.namespace",
    ),
    source_created_at=STARTED,
    resolved_at=LAST,
    occurrences=Counted(count=("series.count", "count", "deprecatedCount"), last_at=LAST),
    attributes={
        "count": ("series.count", "count", "deprecatedCount"),
        "component": ("source.component", "reportingComponent", "reportingController"),
        "node": ("source.host", "deprecatedSource.host"),
        "namespace": of_object("namespace"),
    },
)
ROLLED_OUT = ChangeMapping(
    name="rollout",
    when=IS_EVENT,
    change_kind=Literal("deploy"),
    title=(
        Text("{involvedObject.name}: {message}"),
        Text("{regarding.name}: {note}"),
        *MESSAGE,
    ),
    service=SERVICE,
    environment=("clusterName", *of_object("namespace"), Match("metadata.namespace", r".+")),
    changed_at=LAST,
)
FAILED_EVENT = spec.RecordSchema(
    key="metadata.uid",
    updated_at=("series.lastObservedTime", "lastTimestamp", "deprecatedLastTimestamp", "eventTime"),
    keep=Among("type", ("warning",)),
)
ROLLOUT_EVENT = spec.RecordSchema(
    key="deploy/{metadata.uid}",
    updated_at=("lastTimestamp", "deprecatedLastTimestamp", "eventTime"),
    kind="change",
    keep=Both(Among("reason", ("scalingreplicaset",)), Named(("message", "note"), ROLLOUT)),
)
PAGES = spec.TokenPages(next_path="metadata.continue", param="continue", size=500, size_param="limit")

CONNECTOR = spec.Connector(
    name="kubernetes",
    title="Kubernetes",
    category=spec.Category.PRODUCTIVITY_INCIDENT,
    docs_url="https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/",
    plan="free",
    base_url="{base_url}",
    credentials=(spec.Field("token", "Service account token", help="Of an account that may list events."),),
    config=(
        spec.Field(
            "base_url", "API server", help="Such as https://k8s.acme.example:6443.", pattern=r"https?://\S+"
        ),
    ),
    auth=spec.Bearer("{token}"),
    pulls=(
        spec.Pull(
            name="events",
            path="/api/v1/events",
            params=(("fieldSelector", "type=Warning"),),
            records="items",
            pages=PAGES,
            schema=FAILED_EVENT,
            since=spec.Since(field="lastTimestamp"),
        ),
        spec.Pull(
            name="rollouts",
            path="/api/v1/events",
            params=(("fieldSelector", "reason=ScalingReplicaSet"),),
            records="items",
            pages=PAGES,
            schema=ROLLOUT_EVENT,
            since=spec.Since(field="lastTimestamp"),
        ),
    ),
    webhook=spec.Webhook(
        signatures=(spec.SharedSecret("x-causeloop-token"), spec.OWN_SIGNATURE),
        events=(
            spec.WebhookEvent(
                record="object",
                when=spec.Condition(path="object.type", values=frozenset({"Normal"})),
                schema=ROLLOUT_EVENT,
            ),
            spec.WebhookEvent(record="object", schema=FAILED_EVENT),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="type", values=frozenset({"Normal"})),
                schema=ROLLOUT_EVENT,
            ),
            spec.WebhookEvent(record="", when=spec.Condition(path="reason"), schema=FAILED_EVENT),
        ),
        setup=(
            "Install kubernetes-event-exporter with a webhook receiver: the address, the header "
            "X-Causeloop-Token, and no layout, so that whole events are sent."
        ),
    ),
    issues=(EVENT,),
    changes=(ROLLED_OUT,),
)
