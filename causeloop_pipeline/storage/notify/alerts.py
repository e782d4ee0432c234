"""Alert rules, their last evaluation, and the messages of new threshold crossings."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

import polars as pl

from causeloop_pipeline.model.frames import (
    ALERT_CANDIDATE_SCHEMA,
    ALERT_RULE_SCHEMA,
    ALERT_STATE_SCHEMA,
    INSTANT,
)
from causeloop_pipeline.model.links import build_pattern_url
from causeloop_pipeline.model.plans import list_plans_with
from causeloop_pipeline.storage.database.session import Session
from causeloop_pipeline.storage.notify.outbox import enqueue

MAX_MESSAGES_AT_ONCE = 5
"""Per rule and channel; more patterns that fire together share one message."""

PLANS_WITH_ALERTS = list_plans_with("alerts")

SELECT_RULES = """
select r.alert_rule_id, r.probability_threshold, r.window_days, r.scope ->> 'service' as service,
       r.scope ->> 'team' as team, r.scope ->> 'pattern_id' as pattern_id,
       coalesce(r.snoozed_until > %(as_of)s, false) as snoozed
from notify.alert_rule as r
join app.active_workspace as w using (workspace_id)
where r.workspace_id = %(workspace_id)s and r.enabled and w.plan = any (%(plans)s)
order by r.alert_rule_id
"""

IS_EVALUATION_DUE = """
enabled and (
    evaluated_at is null or (snoozed_until <= %(as_of)s::timestamptz and evaluated_at < snoozed_until)
)
"""

SELECT_WORKSPACES_TO_EVALUATE = f"""
select distinct workspace_id
from notify.alert_rule
join app.active_workspace as w using (workspace_id)
where w.plan = any (%(plans)s) and {IS_EVALUATION_DUE}
order by workspace_id
"""

# Before the rules are read, so that a concurrent change waits and makes another evaluation due.
UPDATE_EVALUATED_AT = """
update notify.alert_rule
set evaluated_at = %(as_of)s
where workspace_id = %(workspace_id)s and enabled
"""

SELECT_STATES = """
select alert_rule_id, pattern_id, firing, crossings
from notify.alert_state
where workspace_id = %s
order by alert_rule_id, pattern_id
"""

# The latest prediction of each pattern and window, unless a user has dismissed it or snoozed the pattern.
SELECT_LATEST_PROBABILITIES = """
select latest.pattern_id, latest.window_days, latest.probability
from predict.current_prediction as latest
where latest.workspace_id = %(workspace_id)s and latest.window_days = any (%(windows)s)
  and not exists (select from predict.dismissal as d
                  where d.workspace_id = latest.workspace_id and d.prediction_id = latest.prediction_id)
  and not exists (select from detect.pattern_handling as h
                  where h.workspace_id = latest.workspace_id and h.pattern_id = latest.pattern_id
                    and h.snoozed_until > now())
order by latest.pattern_id, latest.window_days
"""

SELECT_MAIN_PLACES = """
select m.pattern_id, mode() within group (order by i.service) as service,
       mode() within group (order by i.team) as team
from detect.pattern_member as m
join core.issue as i using (workspace_id, issue_id)
where m.workspace_id = %s
group by m.pattern_id
order by m.pattern_id
"""

SELECT_CROSSINGS = """
select c.alert_rule_id, c.pattern_id, c.crossings, r.channels, r.name as rule, o.name as workspace,
       p.name as pattern, r.probability_threshold as threshold, r.window_days, latest.probability,
       latest.event_count, latest.likely_trigger, owned.owner ->> 'name' as owner,
       owned.owner ->> 'contact' as contact,
       act.last_ending(p.workspace_id, array[p.pattern_id]) as last_ending
from crossing as c
join notify.alert_rule as r on r.workspace_id = %(workspace_id)s and r.alert_rule_id = c.alert_rule_id
join app.workspace as o on o.workspace_id = r.workspace_id
join detect.pattern as p on p.workspace_id = r.workspace_id and p.pattern_id = c.pattern_id
cross join lateral predict.latest_prediction(p.workspace_id, p.pattern_id, r.window_days) as latest
cross join lateral app.owner_of_pattern(p.workspace_id, p.pattern_id, p.fingerprint) as owned (owner)
order by c.alert_rule_id, c.pattern_id
"""

# The count of crossings is kept, so that a returning pattern does not repeat an earlier message's key.
UPDATE_STATES_OF_REMOVED_PATTERNS = """
update notify.alert_state as s
set firing = false, changed_at = %(as_of)s
where s.workspace_id = %(workspace_id)s and s.firing
  and s.pattern_id not in (select pattern_id from detect.pattern where workspace_id = %(workspace_id)s)
"""


@dataclass(frozen=True)
class Crossing:
    """A rule's threshold that a pattern has just crossed, and the message to its channels."""

    alert_rule_id: UUID
    pattern_id: UUID
    number: int
    channels: Sequence[Mapping[str, Any]]
    message: Mapping[str, Any]

    @property
    def dedupe_key(self) -> str:
        """What makes a second message about the same crossing the same message."""
        return f"{self.alert_rule_id}:{self.pattern_id}:{self.number}"


def read_workspaces_with_rules_to_evaluate(session: Session, as_of: datetime) -> list[UUID]:
    """The workspaces in which a rule was made or changed, or a snooze ended, since the last evaluation."""
    rows = session.rows(SELECT_WORKSPACES_TO_EVALUATE, {"as_of": as_of, "plans": PLANS_WITH_ALERTS})
    return [row["workspace_id"] for row in rows]


def start_evaluation(session: Session, workspace_id: UUID, as_of: datetime) -> int:
    """Mark the enabled rules as evaluated, and block other evaluations until this one ends; returns how
    many."""
    session.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"alerts of {workspace_id}",))
    return session.execute(UPDATE_EVALUATED_AT, {"workspace_id": workspace_id, "as_of": as_of})


def read_alert_rules(
    session: Session, workspace_id: UUID, as_of: datetime, columns: pl.Schema = ALERT_RULE_SCHEMA
) -> pl.DataFrame:
    """The enabled rules, and whether each is snoozed; none where the plan has no alerts."""
    parameters = {"workspace_id": workspace_id, "as_of": as_of, "plans": PLANS_WITH_ALERTS}
    return session.read(SELECT_RULES, parameters, schema=columns)


def read_alert_states(
    session: Session, workspace_id: UUID, columns: pl.Schema = ALERT_STATE_SCHEMA
) -> pl.DataFrame:
    """The result of the last evaluation, by rule and pattern."""
    return session.read(SELECT_STATES, (workspace_id,), schema=columns)


def read_alert_candidates(
    session: Session,
    workspace_id: UUID,
    windows: Sequence[int],
    columns: pl.Schema = ALERT_CANDIDATE_SCHEMA,
) -> pl.DataFrame:
    """The latest probability of each pattern and window, with the pattern's main service and team.

    Joined here: where tables are too new to have statistics, PostgreSQL would count all issues for
    every pattern.
    """
    probability_schema, place_schema = (
        pl.Schema({name: columns[name] for name in names})
        for names in (("pattern_id", "window_days", "probability"), ("pattern_id", "service", "team"))
    )
    parameters = {"workspace_id": workspace_id, "windows": list(windows)}
    latest = session.read(SELECT_LATEST_PROBABILITIES, parameters, schema=probability_schema)
    places = session.read(SELECT_MAIN_PLACES, (workspace_id,), schema=place_schema)
    return latest.join(places, on="pattern_id", how="left", maintain_order="left").select(columns.names())


def read_alert_sensitivity(session: Session, workspace_id: UUID) -> str:
    """The setting that decides how far a probability has to fall before its rule may fire again."""
    row = session.row(
        "select alert_sensitivity from app.workspace_settings where workspace_id = %s", (workspace_id,)
    )
    return str(row["alert_sensitivity"]) if row else "medium"


def write_alert_states(session: Session, workspace_id: UUID, changed: pl.DataFrame, as_of: datetime) -> None:
    """Store the results that changed, of frame(alert_rule_id, pattern_id, firing, crossings)."""
    rows = changed.with_columns(
        workspace_id=pl.lit(str(workspace_id)), changed_at=pl.lit(as_of).cast(INSTANT)
    )
    session.upsert("notify.alert_state", rows, key=["workspace_id", "alert_rule_id", "pattern_id"])
    session.execute(UPDATE_STATES_OF_REMOVED_PATTERNS, {"workspace_id": workspace_id, "as_of": as_of})


def read_crossings(
    session: Session,
    workspace_id: UUID,
    crossed: pl.DataFrame,
    services: Mapping[str, str | None],
    public_url: str,
) -> list[Crossing]:
    """The crossings of frame(alert_rule_id, pattern_id, crossings) with their messages.

    `services` are the patterns' main ones; `public_url` is where the dashboard is.
    """
    session.stage("crossing", crossed, like="notify.alert_state")
    rows = session.rows(SELECT_CROSSINGS, {"workspace_id": workspace_id})
    return [_to_crossing(row, services.get(str(row["pattern_id"])), public_url) for row in rows]


def enqueue_crossings(session: Session, workspace_id: UUID, crossings: Sequence[Crossing]) -> int:
    """Queue a message per channel and crossing, each crossing once; returns the number of messages.

    When a rule fires for many patterns at once, each of its channels gets one message about all of them.
    """
    queued = 0
    for rule_id, of_rule in groupby(crossings, key=lambda crossing: crossing.alert_rule_id):
        fired = list(of_rule)
        if len(fired) > MAX_MESSAGES_AT_ONCE:
            key, message = _summarize(fired)
            queued += enqueue(session, workspace_id, rule_id, fired[0].channels, key, message)
            continue
        for crossing in fired:
            queued += enqueue(
                session, workspace_id, rule_id, crossing.channels, crossing.dedupe_key, crossing.message
            )
    return queued


def _summarize(crossings: Sequence[Crossing]) -> tuple[str, dict[str, Any]]:
    """The dedupe key and the message of a digest: the most probable pattern, and the names of the others."""
    first, *others = sorted(crossings, key=lambda crossing: -crossing.message["probability"])
    digest = hashlib.sha256("|".join(sorted(crossing.dedupe_key for crossing in crossings)).encode())
    key = f"{first.alert_rule_id}:digest:{digest.hexdigest()[:32]}"
    return key, {**first.message, "others": [crossing.message["pattern"] for crossing in others]}


def _to_crossing(row: dict[str, Any], service: str | None, public_url: str) -> Crossing:
    rule_id, number, channels = row.pop("alert_rule_id"), row.pop("crossings"), row.pop("channels")
    pattern_id, contact = row.pop("pattern_id"), row.pop("contact")
    message = {
        **row,
        "owner": f"{row['owner']} ({contact})" if contact else row["owner"],
        "pattern_id": str(pattern_id),
        "service": service,
        "url": build_pattern_url(public_url, pattern_id),
    }
    return Crossing(rule_id, pattern_id, number, channels, message)
