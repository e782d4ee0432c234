"""The demo's people have a published password: they sign in only where the demo is on, on the own machine."""

from urllib.parse import urlsplit

import psycopg

from causeloop_pipeline.cli.loopback import is_loopback
from causeloop_pipeline.demo.slack import TEAM
from causeloop_pipeline.demo.tenants import ORGANIZATIONS, USERS
from causeloop_pipeline.settings import Settings, external_database_url

EMAILS = [user.email for user in USERS]
WHAT_TO_DO = "start with `causeloop up --no-demo`"

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


def close_demo_people(owner_url: str) -> int:
    """End what lets them in: memberships, passwords and sessions; how many memberships were active.

    The demo's Slack ends with them, so that nothing of it is ever posted to the real one. Loading the demo
    again gives all of it back.
    """
    with psycopg.connect(owner_url) as owner:
        suspended = owner.execute(SUSPEND_PEOPLE, (EMAILS,)).rowcount
        owner.execute(DELETE_PASSWORDS, (EMAILS,))
        owner.execute(END_SESSIONS, (EMAILS,))
        owner.execute(SEE_WORKSPACES, ([organization.slug for organization in ORGANIZATIONS],))
        owner.execute(DELETE_SLACK_MESSAGES, (TEAM,))
        owner.execute(DELETE_SLACK_APPS, (TEAM,))
    return suspended


def count_open_demo_people(owner: psycopg.Connection) -> int:
    """How many of them could sign in."""
    row = owner.execute(COUNT_OPEN_PEOPLE, (EMAILS,)).fetchone()
    return int(row[0]) if row else 0
