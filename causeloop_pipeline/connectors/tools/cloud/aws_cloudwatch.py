"""AWS CloudWatch alarms whose state changed: listed, and pushed by SNS, EventBridge or a Lambda function."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Concat,
    Every,
    Has,
    Instant,
    Join,
    Literal,
    Match,
    Some,
    Source,
    Text,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.connectors.record_filters import Among
from causeloop_pipeline.model.issue import FiringStart, Identifies

SECONDS = TimeFormat.EPOCH_SECONDS
ARN_REGION = r"^arn:aws[^:]*:cloudwatch:([^:]+):"


def console_address(arn: Source, name: Source) -> Source:
    """The alarm's page in the console of its region."""
    return Concat(
        (
            Literal("https://console.aws.amazon.com/cloudwatch/home?region="),
            Match(arn, ARN_REGION),
            Literal("#alarmsV2:alarm/"),
            name,
        )
    )


def find_words(*sources: str) -> dict[str, tuple[Match, ...]]:
    """What a description or the name of an alarm says of itself, such as `team: payments`."""
    return {
        word: tuple(
            Match(source, rf"(?:^|[\s,;\[{{(])(?:{names})\s*[:=]\s*\"?([A-Za-z0-9_./-]+)")
            for source in sources
        )
        for word, names in (
            ("severity", "severity|Severity|priority|Priority"),
            ("team", "team|Team|owner|Owner"),
            ("environment", "environment|Environment|env|Env"),
            ("service", "service|Service"),
        )
    }


WORDS = find_words("AlarmDescription")
NOTIFIED = IssueMapping(
    name="notification",
    identifies=Identifies.CONDITION,
    when=Every(
        (
            Has("AlarmName"),
            Some((Has("NewStateValue"), Has("NewStateReason"), Has("MetricName"), Has("Trigger"))),
        )
    ),
    title="AlarmName",
    body=Join(("AlarmDescription", "NewStateReason"), "\n"),
    severity=("Priority", "Severity", *WORDS["severity"], Literal("alarm")),
    status="NewStateValue",
    service=(
        *WORDS["service"],
        "Trigger.Dimensions.0.value",
        "Trigger.Dimensions.0.Value",
        "Trigger.Metrics.0.MetricStat.Metric.Dimensions.0.value",
        "Trigger.Metrics.1.MetricStat.Metric.Dimensions.0.value",
        "Dimensions.0.Value",
        "Trigger.Namespace",
        "Namespace",
    ),
    error_type=("Trigger.MetricName", "MetricName", "Trigger.Metrics.0.MetricStat.Metric.MetricName"),
    team=WORDS["team"],
    environment=WORDS["environment"],
    external_url=console_address("AlarmArn", "AlarmName"),
    source_created_at="StateChangeTime",
    firing_start=FiringStart.CHANGED,
    resolved_at="StateChangeTime",
    attributes={
        "account": "AWSAccountId",
        "region": "Region",
        "namespace": ("Trigger.Namespace", "Namespace"),
        "previous_state": "OldStateValue",
    },
)
LISTED = IssueMapping(
    name="alarm",
    identifies=Identifies.CONDITION,
    when=Every((Has("AlarmName"), Has("StateValue"))),
    title="AlarmName",
    body=Join(("AlarmDescription", "StateReason"), "\n"),
    severity=(*WORDS["severity"], Literal("alarm")),
    status="StateValue",
    service=(
        *WORDS["service"],
        "Dimensions.0.Value",
        "Metrics.0.MetricStat.Metric.Dimensions.0.Value",
        "Metrics.1.MetricStat.Metric.Dimensions.0.Value",
        "Namespace",
    ),
    error_type=("MetricName", "Metrics.0.MetricStat.Metric.MetricName"),
    team=WORDS["team"],
    environment=WORDS["environment"],
    external_url=console_address("AlarmArn", "AlarmName"),
    source_created_at=(
        Instant(("StateTransitionedTimestamp", "StateUpdatedTimestamp"), SECONDS),
        Instant(("StateTransitionedTimestamp", "StateUpdatedTimestamp")),
    ),
    firing_start=FiringStart.CHANGED,
    resolved_at=(Instant("StateUpdatedTimestamp", SECONDS), Instant("StateUpdatedTimestamp")),
    attributes={"namespace": "Namespace", "rule": "AlarmRule"},
)
HISTORY = IssueMapping(
    name="history",
    identifies=Identifies.CONDITION,
    when=Every((Has("AlarmName"), Has("HistoryItemType"))),
    title="AlarmName",
    body=("HistoryData.newState.stateReason", "HistorySummary"),
    severity=Literal("alarm"),
    status=("HistoryData.newState.stateValue", Match("HistorySummary", r"to (ALARM|OK|INSUFFICIENT_DATA)")),
    external_url=Text(
        "https://{config.region}.console.aws.amazon.com/cloudwatch/home?region={config.region}#alarmsV2:alarm/{AlarmName}"
    ),
    source_created_at=(Instant("Timestamp"), Instant("Timestamp", SECONDS)),
    firing_start=FiringStart.CHANGED,
    resolved_at=(Instant("Timestamp"), Instant("Timestamp", SECONDS)),
)


def map_state_event(name: str, alarm: str, *arns: str) -> IssueMapping:
    """An event with the alarm's state, whose fields are at a path."""
    words = find_words(f"{alarm}.configuration.description")
    metric = f"{alarm}.configuration.metrics"
    return IssueMapping(
        name=name,
        identifies=Identifies.CONDITION,
        when=Every((Has(f"{alarm}.alarmName"), Has(f"{alarm}.state.value"))),
        title=f"{alarm}.alarmName",
        body=Join((f"{alarm}.configuration.description", f"{alarm}.state.reason"), "\n"),
        severity=(*words["severity"], Literal("alarm")),
        status=f"{alarm}.state.value",
        service=(
            *words["service"],
            *(
                f"{metric}.{place}.metricStat.metric.dimensions.{dimension}"
                for place in (0, 1)
                for dimension in (
                    "ServiceName",
                    "FunctionName",
                    "DBInstanceIdentifier",
                    "LoadBalancer",
                    "QueueName",
                    "InstanceId",
                )
            ),
            f"{metric}.0.metricStat.metric.namespace",
            f"{metric}.1.metricStat.metric.namespace",
            Match(arns, r"alarm:(.+)$"),
        ),
        error_type=(
            f"{metric}.0.metricStat.metric.name",
            f"{metric}.1.metricStat.metric.name",
            f"{metric}.0.label",
        ),
        team=words["team"],
        environment=words["environment"],
        external_url=console_address(arns, f"{alarm}.alarmName"),
        source_created_at=(f"{alarm}.state.timestamp", "time"),
        firing_start=FiringStart.CHANGED,
        resolved_at=(f"{alarm}.state.timestamp", "time"),
        attributes={
            "account": ("accountId", "account"),
            "region": "region",
            "previous_state": f"{alarm}.previousState.value",
            "rule": f"{alarm}.configuration.alarmRule",
        },
    )


BY_LAMBDA = map_state_event("event of a Lambda action", "alarmData", "alarmArn")
BY_EVENTBRIDGE = map_state_event("event of EventBridge", "detail", "resources.0")

ALARM_SCHEMA = spec.RecordSchema(
    key="AlarmArn", updated_at=("StateUpdatedTimestamp",), times=spec.TimeFormat.EPOCH_SECONDS
)
PRINTED_SCHEMA = spec.RecordSchema(key="AlarmArn", updated_at=("StateUpdatedTimestamp",), kind="printed")


def poll_alarms(name: str, kind: str, records: str) -> spec.Pull:
    """The alarms of a kind, each with its present state."""
    return spec.Pull(
        name=name,
        path="/",
        method="POST",
        params=(("AlarmTypes", (kind,)),),
        headers=(
            ("X-Amz-Target", "GraniteServiceVersion20100801.DescribeAlarms"),
            ("Content-Type", "application/x-amz-json-1.0"),
        ),
        records=records,
        pages=spec.TokenPages(next_path="NextToken", param="NextToken", size=100, size_param="MaxRecords"),
        schema=ALARM_SCHEMA,
        since=spec.Since(field="StateUpdatedTimestamp"),
    )


def receive_notification(path: str, record: str) -> tuple[spec.WebhookEvent, spec.WebhookEvent]:
    """A notification at a path; those of old alarms have no ARN, so their name identifies them."""
    return (
        spec.WebhookEvent(
            record=record,
            when=spec.Condition(path=f"{path}.AlarmArn".removeprefix(".")),
            schema=spec.RecordSchema(key="AlarmArn", updated_at=("StateChangeTime",), kind="notification"),
        ),
        spec.WebhookEvent(
            record=record,
            when=spec.Condition(path=f"{path}.AlarmName".removeprefix(".")),
            schema=spec.RecordSchema(key="AlarmName", updated_at=("StateChangeTime",), kind="notification"),
        ),
    )


CONNECTOR = spec.Connector(
    name="aws_cloudwatch",
    title="AWS CloudWatch",
    category=spec.Category.CLOUD_MONITORING,
    docs_url="https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html",
    plan="free",
    base_url="https://monitoring.{region}.amazonaws.com",
    credentials=(
        spec.Field(
            "access_key_id", "Access key ID", help="Of a user with the policy CloudWatchReadOnlyAccess."
        ),
        spec.Field("secret_access_key", "Secret access key"),
    ),
    config=(spec.Field("region", "Region", pattern=r"[a-z]{2}(-[a-z]+)+-[0-9]"),),
    auth=spec.AwsSignature(service="monitoring"),
    pulls=(
        poll_alarms("metric_alarms", "MetricAlarm", "MetricAlarms"),
        poll_alarms("composite_alarms", "CompositeAlarm", "CompositeAlarms"),
    ),
    webhook=spec.Webhook(
        signatures=(
            spec.SnsSignature(),
            spec.SharedSecret("x-causeloop-token"),
            spec.UrlSecret(),
            spec.OWN_SIGNATURE,
        ),
        embedded=("Message", "Records.*.Sns.Message", "Records.*.body", "AlarmHistoryItems.*.HistoryData"),
        delivery_path="MessageId",
        events=(
            *receive_notification("Message", "Message"),
            *receive_notification("Records.0.Sns.Message", "Records.*.Sns.Message"),
            spec.WebhookEvent(
                record="",
                when=spec.Condition(path="alarmData"),
                schema=spec.RecordSchema(
                    key="alarmArn", updated_at=("alarmData.state.timestamp", "time"), kind="lambda"
                ),
            ),
            *(
                spec.WebhookEvent(
                    record=record,
                    when=spec.Condition(path=f"{record}.detail.alarmName".removeprefix(".")),
                    schema=spec.RecordSchema(
                        key="resources.0", updated_at=("detail.state.timestamp", "time"), kind="event"
                    ),
                )
                for record in ("", "Message")
            ),
            spec.WebhookEvent(record="MetricAlarms", schema=PRINTED_SCHEMA),
            spec.WebhookEvent(record="CompositeAlarms", schema=PRINTED_SCHEMA),
            spec.WebhookEvent(
                record="AlarmHistoryItems",
                schema=spec.RecordSchema(
                    key="AlarmName",
                    updated_at=(),
                    kind="history",
                    keep=Among("HistoryItemType", ("stateupdate",)),
                ),
            ),
            spec.WebhookEvent(record="", when=spec.Condition(path="StateValue"), schema=PRINTED_SCHEMA),
            *receive_notification("", ""),
        ),
        ignore=(
            spec.Condition(
                path="Type", values=frozenset({"SubscriptionConfirmation", "UnsubscribeConfirmation"})
            ),
        ),
        setup="EventBridge rule for “CloudWatch Alarm State Change” with an API destination: this address, "
        "and a connection that sends the secret in the header x-causeloop-token. For SNS: the topic's ARN as "
        "the secret, and an HTTPS subscription of the topic to this address; it is confirmed by itself.",
    ),
    issues=(BY_LAMBDA, BY_EVENTBRIDGE, HISTORY, LISTED, NOTIFIED),
)
