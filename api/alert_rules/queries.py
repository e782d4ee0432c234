"""Lists, reads and writes alert rules; the secrets of their channels are stored encrypted."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from api.http.database import WorkspaceDatabase, encode_parameters
from api.listing.queries import Listing, Sort

RULE_COLUMNS = """
    a.alert_rule_id as id, a.name, a.scope, a.probability_threshold, a.window_days, a.channels,
    a.snoozed_until, a.enabled, a.evaluated_at, (
        select count(*)
        from notify.alert_state as s
        where s.workspace_id = a.workspace_id and s.alert_rule_id = a.alert_rule_id and s.firing
    ) as firing, array(
        select c.address
        from notify.recipient as c
        where c.workspace_id = a.workspace_id and c.confirmed_at is null and exists (
            select from jsonb_array_elements(a.channels) as channel where lower(channel ->> 'to') = c.address
        )
        order by c.address
    ) as unconfirmed_addresses, a.created_by, a.created_at
"""

ALERT_RULES = Listing(
    name="alert rules",
    columns=RULE_COLUMNS,
    source="notify.alert_rule as a",
    key="a.alert_rule_id",
    key_output="id",
    sorts={
        "name": Sort("a.name", "name", "text"),
        "created_at": Sort("a.created_at", "created_at", "timestamptz"),
    },
    default_sort="name",
    filters={},
)

SELECT_RULE = f"""
select row_to_json(rule)
from (select {RULE_COLUMNS} from notify.alert_rule as a where a.alert_rule_id = ($1 ->> 'id')::uuid) as rule
"""

INSERT_RULE = """
insert into notify.alert_rule (workspace_id, alert_rule_id, name, scope, probability_threshold, window_days,
                               channels, channel_secrets, enabled, created_by)
select $1, $2, $3, $4, coalesce($5, s.alert_probability_threshold), $6, $7, $8, $9, $10
from app.workspace_settings as s
"""

UPDATE_RULE = """
update notify.alert_rule
set name = coalesce($2, name), scope = coalesce($3::jsonb, scope),
    probability_threshold = coalesce($4, probability_threshold), window_days = coalesce($5, window_days),
    channels = coalesce($6::jsonb, channels),
    channel_secrets = case when $6 is null then channel_secrets else $7 end,
    enabled = coalesce($8, enabled)
where alert_rule_id = $1
returning true
"""


# A message to each channel, sent like an alert; its text says that it is a test.
INSERT_TEST_MESSAGES = """
insert into notify.outbox (workspace_id, alert_rule_id, channel, dedupe_key, body)
select r.workspace_id, r.alert_rule_id, c.channel || jsonb_build_object('number', c.position - 1),
       format('test:%s:%s', $2::text, c.position - 1),
       jsonb_build_object(
           'rule', r.name, 'workspace', w.name, 'pattern_id', '00000000-0000-0000-0000-000000000000',
           'pattern', 'This is a test, no pattern', 'service', null, 'probability', r.probability_threshold,
           'threshold', r.probability_threshold, 'window_days', r.window_days, 'event_count', 0,
           'likely_trigger', null, 'url', $3::text, 'others', jsonb_build_array()
       )
from notify.alert_rule as r
join app.workspace as w using (workspace_id)
cross join jsonb_array_elements(r.channels) with ordinality as c (channel, position)
where r.alert_rule_id = $1
"""


async def lock_and_count_rules(db: WorkspaceDatabase) -> int:
    """The number of rules; a concurrent creation waits until this transaction ends."""
    await db.transaction.fetchval("select 1 from app.workspace for update")
    return int(await db.transaction.fetchval("select count(*) from notify.alert_rule"))


async def read_rule(db: WorkspaceDatabase, rule_id: UUID) -> dict[str, Any] | None:
    """One rule, without its secrets."""
    return await db.read(SELECT_RULE, id=str(rule_id))  # type: ignore[no-any-return]


async def create_rule(db: WorkspaceDatabase, rule_id: UUID, row: Mapping[str, Any]) -> None:
    """Store a rule."""
    await db.transaction.execute(
        INSERT_RULE,
        db.workspace_id,
        rule_id,
        row["name"],
        encode_parameters(row["scope"]),
        row["probability_threshold"],
        row["window_days"],
        row["channels"],
        row["channel_secrets"],
        row["enabled"],
        row["created_by"],
    )


async def update_rule(db: WorkspaceDatabase, rule_id: UUID, row: Mapping[str, Any]) -> bool:
    """Set the fields that the row holds; False if there is no such rule."""
    scope = row.get("scope")
    is_updated = await db.transaction.fetchval(
        UPDATE_RULE,
        rule_id,
        row.get("name"),
        None if scope is None else encode_parameters(scope),
        row.get("probability_threshold"),
        row.get("window_days"),
        row.get("channels"),
        row.get("channel_secrets"),
        row.get("enabled"),
    )
    return bool(is_updated)


async def send_test(db: WorkspaceDatabase, rule_id: UUID, test_id: UUID, url: str) -> int:
    """Queue a test message to each channel of a rule; how many, 0 if there is no such rule."""
    status = await db.transaction.execute(INSERT_TEST_MESSAGES, rule_id, str(test_id), url)
    return int(status.split()[-1])


async def snooze_rule(db: WorkspaceDatabase, rule_id: UUID, until: datetime | None) -> bool:
    """Snooze a rule until a time, or end its snooze; False if there is no such rule."""
    return bool(
        await db.transaction.fetchval(
            "update notify.alert_rule set snoozed_until = $2 where alert_rule_id = $1 returning true",
            rule_id,
            until,
        )
    )


async def delete_rule(db: WorkspaceDatabase, rule_id: UUID) -> bool:
    """Delete a rule; False if there is no such rule."""
    return bool(
        await db.transaction.fetchval(
            "delete from notify.alert_rule where alert_rule_id = $1 returning true", rule_id
        )
    )
