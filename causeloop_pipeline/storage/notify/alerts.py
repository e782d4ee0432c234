"""Alert rules with what they watch, what was last decided of them, and the messages of new crossings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import polars as pl

from causeloop_pipeline.storage.database.session import Session
from causeloop_pipeline.storage.notify.outbox import enqueue

RULES = """
select alert_rule_id, probability_threshold, window_days, scope ->> 'service' as service,
       scope ->> 'team' as team, scope ->> 'pattern_id' as pattern_id,
       coalesce(snoozed_until > %(as_of)s, false) as snoozed
from notify.alert_rule
where workspace_id = %(workspace_id)s and enabled
order by alert_rule_id
"""

TO_EVALUATE = """
enabled and (
    evaluated_at is null or (snoozed_until <= %(as_of)s::timestamptz and evaluated_at < snoozed_until)
)
"""

# Before the rules are read: a change that comes meanwhile waits, and asks for another evaluation.
BEGIN = """
update notify.alert_rule
set evaluated_at = %(as_of)s
where workspace_id = %(workspace_id)s and enabled
"""

STATES = """
select alert_rule_id, pattern_id, firing, crossings
from notify.alert_state
where workspace_id = %s
order by alert_rule_id, pattern_id
"""

# The newest prediction of each pattern and window, unless a person has dismissed it.
LATEST = """
select p.pattern_id, l.window_days, l.probability
from detect.pattern as p
cross join unnest(%(windows)s::integer[]) as w (days)
cross join lateral (
    select s.prediction_id, s.window_days, s.probability
    from predict.prediction as s
    where s.workspace_id = p.workspace_id and s.pattern_id = p.pattern_id and s.window_days = w.days
    order by s.issued_at desc
    limit 1
) as l
where p.workspace_id = %(workspace_id)s
  and not exists (select from predict.dismissal as d
                  where d.workspace_id = p.workspace_id and d.prediction_id = l.prediction_id)
order by p.pattern_id, l.window_days
"""

MAIN_PLACES = """
select m.pattern_id, mode() within group (order by i.service) as service,
       mode() within group (order by i.team) as team
from detect.pattern_member as m
join core.issue as i using (workspace_id, issue_id)
where m.workspace_id = %s
group by m.pattern_id
order by m.pattern_id
"""

CROSSINGS = """
select c.alert_rule_id, c.pattern_id, c.crossings, r.channels, r.name as rule, o.name as workspace,
       p.name as pattern, r.probability_threshold as threshold, r.window_days, l.probability, l.event_count,
       l.likely_trigger
from crossing as c
join notify.alert_rule as r on r.workspace_id = %(workspace_id)s and r.alert_rule_id = c.alert_rule_id
join app.workspace as o on o.workspace_id = r.workspace_id
join detect.pattern as p on p.workspace_id = r.workspace_id and p.pattern_id = c.pattern_id
cross join lateral (
    select s.probability, s.event_count, s.likely_trigger
    from predict.prediction as s
    where s.workspace_id = p.workspace_id and s.pattern_id = p.pattern_id and s.window_days = r.window_days
    order by s.issued_at desc
    limit 1
) as l
order by c.alert_rule_id, c.pattern_id
"""

# The count of crossings is kept, for a pattern that comes back must not repeat an old message's key.
SILENCE_VANISHED = """
update notify.alert_state as s
set firing = false, changed_at = %(as_of)s
where s.workspace_id = %(workspace_id)s and s.firing
  and s.pattern_id not in (select pattern_id from detect.pattern where workspace_id = %(workspace_id)s)
"""


@dataclass(frozen=True)
class Crossing:
    """A rule's threshold that a pattern has just crossed; `message` is what its channels are told."""

    alert_rule_id: UUID
    pattern_id: UUID
    number: int
    channels: Sequence[Mapping[str, Any]]
    message: Mapping[str, Any]


def workspaces_with_rules_to_evaluate(session: Session, as_of: datetime) -> list[UUID]:
    """The workspaces in which a rule was made or changed, or a snooze ended, since the last evaluation."""
    rows = session.rows(
        f"select distinct workspace_id from notify.alert_rule where {TO_EVALUATE} order by workspace_id",
        {"as_of": as_of},
    )
    return [row["workspace_id"] for row in rows]


def begin_evaluation(session: Session, workspace_id: UUID, as_of: datetime) -> int:
    """Note that the enabled rules are evaluated now, and let in no other evaluation until this one ends."""
    session.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"alerts of {workspace_id}",))
    return session.execute(BEGIN, {"workspace_id": workspace_id, "as_of": as_of})


def read_alert_rules(
    session: Session, workspace_id: UUID, as_of: datetime, schema: pl.Schema
) -> pl.DataFrame:
    """The enabled rules, and whether each is snoozed."""
    return session.read(RULES, {"workspace_id": workspace_id, "as_of": as_of}, schema=schema)


def read_alert_states(session: Session, workspace_id: UUID, schema: pl.Schema) -> pl.DataFrame:
    """What was last decided of each rule and pattern."""
    return session.read(STATES, (workspace_id,), schema=schema)


def read_alert_candidates(
    session: Session, workspace_id: UUID, windows: Sequence[int], schema: pl.Schema
) -> pl.DataFrame:
    """The latest probability of each pattern and window, with the pattern's main service and team.

    Joined here: where tables are too new to have statistics, PostgreSQL would count the issues anew for
    every pattern.
    """
    parts = [
        pl.Schema({name: schema[name] for name in names})
        for names in (("pattern_id", "window_days", "probability"), ("pattern_id", "service", "team"))
    ]
    latest = session.read(LATEST, {"workspace_id": workspace_id, "windows": list(windows)}, schema=parts[0])
    places = session.read(MAIN_PLACES, (workspace_id,), schema=parts[1])
    return latest.join(places, on="pattern_id", how="left", maintain_order="left").select(schema.names())


def read_alert_sensitivity(session: Session, workspace_id: UUID) -> str:
    """How far a probability has to fall before its rule is armed again."""
    row = session.row(
        "select alert_sensitivity from app.workspace_settings where workspace_id = %s", (workspace_id,)
    )
    return str(row["alert_sensitivity"]) if row else "medium"


def write_alert_states(session: Session, workspace_id: UUID, changed: pl.DataFrame, as_of: datetime) -> None:
    """Keep what was decided, of frame(alert_rule_id, pattern_id, firing, crossings)."""
    rows = changed.with_columns(
        workspace_id=pl.lit(str(workspace_id)), changed_at=pl.lit(as_of).cast(pl.Datetime("us", "UTC"))
    )
    session.upsert("notify.alert_state", rows, key=["workspace_id", "alert_rule_id", "pattern_id"])
    session.execute(SILENCE_VANISHED, {"workspace_id": workspace_id, "as_of": as_of})


def describe_crossings(
    session: Session, workspace_id: UUID, crossed: pl.DataFrame, services: Mapping[str, str | None], site: str
) -> list[Crossing]:
    """What to tell of frame(alert_rule_id, pattern_id, crossings); `services` are the patterns' main ones."""
    session.stage("crossing", crossed, like="notify.alert_state")
    rows = session.rows(CROSSINGS, {"workspace_id": workspace_id})
    return [_crossing(row, services.get(str(row["pattern_id"])), site) for row in rows]


def enqueue_crossings(session: Session, workspace_id: UUID, crossings: Sequence[Crossing]) -> int:
    """Queue a message for each channel of each crossing, each crossing once; the number of messages."""
    return sum(
        enqueue(
            session,
            workspace_id,
            one.alert_rule_id,
            one.channels,
            f"{one.alert_rule_id}:{one.pattern_id}:{one.number}",
            one.message,
        )
        for one in crossings
    )


def _crossing(row: dict[str, Any], service: str | None, site: str) -> Crossing:
    rule_id, number, channels = row.pop("alert_rule_id"), row.pop("crossings"), row.pop("channels")
    pattern_id = row.pop("pattern_id")
    where = {"pattern_id": str(pattern_id), "service": service, "url": f"{site}/#/patterns/{pattern_id}"}
    return Crossing(rule_id, pattern_id, number, channels, {**row, **where})
