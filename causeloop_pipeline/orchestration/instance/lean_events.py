"""Dagster's event log without what nobody reads: a third of the rows that a run of ours would leave.

A run's outputs pass no value: what they would say stands in the materializations and checks. Only the
processes of our own runs leave them out, since other code locations of a team's Dagster may read theirs.
"""

from collections.abc import Sequence

from dagster import DagsterEventType, EventLogEntry

from causeloop_pipeline.orchestration.instance.known_schema import KnownSchemaEventLogStorage

UNREAD = {
    DagsterEventType.STEP_OUTPUT,
    DagsterEventType.RESOURCE_INIT_STARTED,
    DagsterEventType.RESOURCE_INIT_SUCCESS,
}


class LeanEventLogStorage(KnownSchemaEventLogStorage):
    """Stores what operators, sensors and Dagster itself read of a run."""

    def store_event(self, event: EventLogEntry) -> None:
        """Store an event, unless nobody reads it."""
        if event.dagster_event_type not in UNREAD:
            super().store_event(without_logging_tags(event))

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Store those of some events that anybody reads."""
        read = [without_logging_tags(event) for event in events if event.dagster_event_type not in UNREAD]
        if read:
            super().store_event_batch(read)


def without_logging_tags(event: EventLogEntry) -> EventLogEntry:
    """An event without the tags for the step's loggers, which stand in its own fields as well."""
    if event.dagster_event is None:
        return event
    return event._replace(dagster_event=event.dagster_event._replace(logging_tags={}))
