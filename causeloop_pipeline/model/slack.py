"""What is posted in Slack about a pattern, and why a pattern comes back into the channel."""

from causeloop_pipeline.model.vocabulary import Vocabulary


class SlackMessageKind(Vocabulary):
    """What a message is for."""

    CARD = "card", "card", "The one message about a pattern, edited in place."
    RESURFACING = "resurfacing", "resurfacing", "Why the pattern is of interest again, in the channel."


class SlackMessageStatus(Vocabulary):
    """How far a message has come."""

    SHADOW = "shadow", "would have", "It would have been posted, and was only listed."
    QUEUED = "queued", "queued", "It waits to be posted."
    SENT = "sent", "posted", "It was posted."
    FAILED = "failed", "failed", "Slack refused it."


class SlackMode(Vocabulary):
    """Whether cards are posted."""

    OFF = "off", "off", "Nothing is posted, and buttons do nothing."
    SHADOW = "shadow", "shadow", "What would be posted is listed; nothing is sent."
    LIVE = "live", "live", "Cards are posted, and people act by their buttons."


class ResurfacingReason(Vocabulary):
    """Why a pattern that has a card comes back into the channel."""

    FIX_FAILED = "fix_failed", "fix failed", "A claimed fix did not hold."
    SEVERITY_ROSE = "severity_rose", "severity rose", "It is worse than when people were last notified of it."
    PACE_CHANGED = "pace_changed", "pace changed", "It recurs at least twice as often as before, or half."
    ROUND_NUMBER = "round_number", "round number", "It has occurred 5, 10, 25, 50, 100, … times."
