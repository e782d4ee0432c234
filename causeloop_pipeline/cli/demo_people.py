"""The demo's people have a published password: they sign in only where the demo is on, on the own machine."""

from urllib.parse import urlsplit
from uuid import UUID, uuid5

import psycopg
from psycopg.types.json import Jsonb

from causeloop_pipeline.cli.demo_alerts import CHANNELS, list_alert_rules
from causeloop_pipeline.cli.loopback import is_loopback
from causeloop_pipeline.demo.accounts import TOOLS
from causeloop_pipeline.demo.slack import TEAM
from causeloop_pipeline.demo.tenants import ORGANIZATIONS, USERS
from causeloop_pipeline.settings import Settings, external_database_url

EMAILS = [user.email for user in USERS]
WHAT_TO_DO = "start with `causeloop up --no-demo`"
DEMO_OFF = "the demo is off: start it with `causeloop up --demo`"
"""Why a connector of the demo is paused, and by which it is known when the demo is on again."""

SUSPEND_PEOPLE = """
with people as (select user_id from app.users where email = any (%s))
update app.membership set status = 'suspended'
where user_id in (select user_id from people) and status <> 'suspended'
"""
DELETE_PASSWORDS = """
delete from app.user_password where user_id in (select user_id from app.users where email = any (%s))
"""
END_SESSIONS = """
update app.session set ended_at = now(), end_reason = 'signed_out'
where user_id in (select user_id from app.users where email = any (%s)) and ended_at is null
"""
SEE_WORKSPACES = """
select set_config('causeloop.scope', array_agg(workspace_id)::text, true)
from app.workspace join app.organization using (organization_id)
where app.organization.slug = any (%s)
"""
DELETE_SLACK_MESSAGES = """
delete from notify.slack_message
where workspace_id in (select workspace_id from notify.slack_app where team_id = %s)
"""
DELETE_SLACK_APPS = "delete from notify.slack_app where team_id = %s"
SELECT_WORKSPACES = """
select w.slug, w.workspace_id
from app.workspace as w join app.organization as o using (organization_id)
where o.slug = any (%s)
"""
PAUSE_CONNECTORS = """
update app.connector set status = 'paused', status_reason = %s
where connector_id = any (%s) and config ->> 'base_url' like 'http://127.0.0.1:%%' and status <> 'paused'
"""
REVOKE_KEYS = """
update app.service_account set revoked_at = now()
where workspace_id in (
        select m.workspace_id from app.membership as m join app.users as u using (user_id)
        where u.email = any (%s) and m.workspace_id = any (%s)
    )
    and revoked_at is null
"""
DELETE_WEBHOOK_SECRETS = """
update app.connector set webhook_secrets = null
where connector_id = any (%s) and config ->> 'base_url' like 'http://127.0.0.1:%%'
"""
GIVE_UP_MESSAGES = """
update notify.outbox set given_up_at = now(), error = %s
where alert_rule_id = any (%s) and channel ->> 'type' = 'slack'
    and delivered_at is null and given_up_at is null
"""
DELETE_ALERT_RULES = "delete from notify.alert_rule where alert_rule_id = any (%s) and channels = %s"
COUNT_OPEN_PEOPLE = """
select count(distinct u.user_id)
from app.users as u
left join app.user_password as p using (user_id)
left join app.membership as m using (user_id)
where u.email = any (%s) and (p.user_id is not null or m.status = 'active')
"""


def explain_reach(config: Settings) -> str | None:
    """Why the demo may not be served here: others reach the API or its database; None: they do not."""
    if not is_loopback(urlsplit(config.public_url).hostname):
        return f"CAUSELOOP_PUBLIC_URL is {config.public_url}, which others reach"
    if not is_loopback(config.api_host):
        return f"CAUSELOOP_API_HOST is {config.api_host}, which others reach"
    if external_database_url():
        return "CAUSELOOP_DATABASE_URL names a database of your own"
    return None


def close_demo(owner_url: str) -> int:
    """End what lets anybody in: memberships, passwords, sessions, keys and published secrets of webhooks.

    In: the owner's address. Out: how many memberships were active.

    What its workspaces have read stays. Its Slack and its alert rules end, so that nothing is posted to
    the real Slack or to whatever has the address of the demo's chat, and its connectors are paused. What
    people have changed to addresses of their own stays as it is. Loading the demo again gives all of it back,
    but for keys that people have made: whoever had the published password could make one.
    """
    with psycopg.connect(owner_url) as owner:
        suspended = owner.execute(SUSPEND_PEOPLE, (EMAILS,)).rowcount
        owner.execute(DELETE_PASSWORDS, (EMAILS,))
        owner.execute(END_SESSIONS, (EMAILS,))
        slugs = [organization.slug for organization in ORGANIZATIONS]
        owner.execute(SEE_WORKSPACES, (slugs,))
        owner.execute(DELETE_SLACK_MESSAGES, (TEAM,))
        owner.execute(DELETE_SLACK_APPS, (TEAM,))
        workspaces: dict[str, UUID] = dict(owner.execute(SELECT_WORKSPACES, (slugs,)).fetchall())
        connectors = [uuid5(each, tool) for each in workspaces.values() for tool in TOOLS]
        owner.execute(PAUSE_CONNECTORS, (DEMO_OFF, connectors))
        owner.execute(DELETE_WEBHOOK_SECRETS, (connectors,))
        owner.execute(REVOKE_KEYS, (EMAILS, list(workspaces.values())))
        rules = list_alert_rules(workspaces)
        owner.execute(GIVE_UP_MESSAGES, (DEMO_OFF, rules))
        owner.execute(DELETE_ALERT_RULES, (rules, Jsonb(CHANNELS)))
    return suspended


def count_open_demo_people(owner: psycopg.Connection) -> int:
    """How many of them could sign in."""
    row = owner.execute(COUNT_OPEN_PEOPLE, (EMAILS,)).fetchone()
    return int(row[0]) if row else 0
