"""What people are notified of, by alert rules and in the list of notifications."""

from causeloop_pipeline.model.vocabulary import Vocabulary


class NotificationKind(Vocabulary):
    """What is new in a workspace since a person last looked."""

    FEED_BROKEN = "feed_broken", "Feed broken"
    FEED_REPAIRED = "feed_repaired", "Feed repaired"
    PREDICTIONS_GRADED = "predictions_graded", "Graded"
    ALERT_FIRED = "alert_fired", "Alert", "A pattern crossed the threshold of an alert rule."
    FIX_JUDGED = "fix_judged", "Fix"
    ITEM_JUDGED = "item_judged", "Action item", "An action item of a post-mortem was judged."
    EXPECTATION_BROKEN = "expectation_broken", "Expectation broken"
    PATTERN_RESOLVED = "pattern_resolved", "Resolved", "No new issue came through the proof window."
    PATTERN_REOPENED = "pattern_reopened", "Reopened", "It came back after it was resolved."


class AlertChannel(Vocabulary):
    """Where an alert rule sends its messages."""

    SLACK = "slack", "Slack", "Slack, or what accepts its webhooks"
    WEBHOOK = "webhook", "", "webhook, signed"
    EMAIL = "email", "e-mail", "e-mail"


class AlertSensitivity(Vocabulary):
    """How soon an alert rule that fired is re-armed."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
