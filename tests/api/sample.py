"""A sample workspace with one row of every kind, and a credential for every kind of caller."""

from collections.abc import Callable, Mapping
from uuid import UUID, uuid4

import psycopg
from argon2 import PasswordHasher

from api.auth.tokens import AccessToken, issue_access_token
from causeloop_pipeline.model.tenancy import SignInMethod
from causeloop_pipeline.settings import settings
from causeloop_pipeline.storage.app.tenants import add_member, create_service_key, create_user
from causeloop_pipeline.storage.database.session import Database, Session
from tests.api.sample_advice import insert_expectation, insert_investigation
from tests.api.sample_postmortem import insert_postmortem
from tests.api.sample_rows import (
    Sample,
    insert_alert_rule,
    insert_changes,
    insert_connector,
    insert_integrations,
    insert_issues,
    insert_patterns,
    insert_predictions,
    insert_recommendations,
)
from tests.api.sample_slack import insert_slack_app, insert_slack_message
from tests.api.sample_suggestion import insert_suggestion
from tests.api.sample_tracker_act import insert_tracker_act
from tests.api.sample_upload import insert_upload
from tests.conftest import new_workspace
from tests.support.single_occurrences import add_single_occurrences

__all__ = [
    "HASHER",
    "PASSWORD",
    "ROLES",
    "TIMEZONE",
    "Sample",
    "make_sample",
    "make_spare_row",
    "restore_declaration",
]

ROLES = ("viewer", "analyst", "admin", "owner")
TIMEZONE = "Europe/Berlin"
PASSWORD = "correct horse battery staple"
HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
LETTERS = str.maketrans("0123456789", "ghijklmnop")
"""For words without digits: one that begins with 3 is found by who searches for "3"."""


def make_sample(owner: psycopg.Connection, database: Database, plan: str = "enterprise") -> Sample:
    """A new workspace with one row of every kind."""
    workspace_id = new_workspace(owner, plan, TIMEZONE)
    sample = Sample(workspace_id, canary=f"canary-{uuid4().hex[:10].translate(LETTERS)}")
    for role in ROLES:
        sample.credentials[role] = create_service_key(owner, workspace_id, role, role)
    _insert_people(owner, sample)
    _insert_by_api(sample)
    with database.workspace(workspace_id) as session:
        insert_issues(session, sample)
        _insert_withdrawn_mark(session, sample)
        add_single_occurrences(session)
        insert_patterns(session, sample)
        insert_suggestion(session, sample)
        insert_predictions(session, sample)
        insert_recommendations(session, sample)
        insert_investigation(session, sample)
        sample.ids["expectation_id"] = insert_expectation(session, sample)
        session.execute(
            "insert into act.verdict "
            "select workspace_id, recommendation_id, pattern_id, computed_at, verdict, computed_at "
            "from act.proof where workspace_id = %s",
            (sample.workspace_id,),
        )
        insert_integrations(session, sample)
        sample.ids["upload_id"] = insert_upload(session, sample, sample.ids["connector_id"])
        insert_changes(session, sample)
        insert_tracker_act(session, sample)
        insert_slack_message(session, sample)
        sample.ids["postmortem_id"] = insert_postmortem(session, sample)
    return sample


def make_session(
    workspace_id: UUID, user_id: UUID, method: SignInMethod = SignInMethod.PASSWORD
) -> AccessToken:
    """What the access token of a new session holds."""
    session_id = uuid4()
    with psycopg.connect(settings().require("api_database_url")) as api:
        api.execute("select set_config('causeloop.workspace', %s, true)", (str(workspace_id),))
        api.execute(
            "insert into app.session (workspace_id, session_id, user_id, method, ends_at) "
            "values (%s, %s, %s, %s, now() + interval '1 day')",
            (workspace_id, session_id, user_id, method),
        )
    return AccessToken(user_id, workspace_id, session_id, method)


INSERTED: Mapping[str, Callable[[Session, Sample], UUID]] = {
    "connector_id": insert_connector,
    "expectation_id": insert_expectation,
    "postmortem_id": insert_postmortem,
    "rule_id": insert_alert_rule,
}


def make_spare_row(database: Database, sample: Sample, parameter: str) -> UUID:
    """Another row of the sample's, or another suspended member, to be deleted by a test."""
    if parameter == "user_id":
        return _insert_spare_member(sample)
    if parameter == "correction_id":
        return _insert_spare_correction(sample)
    if parameter == "feedback_id":
        return _insert_spare_feedback(sample)
    with database.workspace(sample.workspace_id) as session:
        return INSERTED[parameter](session, sample)


def _insert_spare_correction(sample: Sample) -> UUID:
    correction_id = uuid4()
    with psycopg.connect(settings().require("api_database_url")) as api:
        api.execute("select set_config('causeloop.workspace', %s, true)", (str(sample.workspace_id),))
        api.execute(
            "insert into detect.pattern_constraint "
            "(workspace_id, correction_id, act, kind, left_issue_id, right_issue_id, made_by) "
            "values (%s, %s, 'unlink', 'cannot', %s, %s, 'user:spare')",
            (sample.workspace_id, correction_id, uuid4(), uuid4()),
        )
    return correction_id


def _insert_spare_feedback(sample: Sample) -> UUID:
    feedback_id = uuid4()
    with psycopg.connect(settings().require("api_database_url")) as api:
        api.execute("select set_config('causeloop.workspace', %s, true)", (str(sample.workspace_id),))
        api.execute(
            "insert into detect.pattern_feedback (workspace_id, feedback_id, together, made_by) "
            "values (%s, %s, true, 'user:spare')",
            (sample.workspace_id, feedback_id),
        )
    return feedback_id


def _insert_withdrawn_mark(session: Session, sample: Sample) -> None:
    sample.ids["mark_id"] = uuid4()
    session.execute(
        "insert into core.provider_mark "
        "(workspace_id, mark_id, issue_id, provider, marked_by, withdrawn_at, withdrawn_by) "
        "values (%s, %s, %s, 'Acme Pay', 'user:spare', now(), 'user:spare')",
        (sample.workspace_id, sample.ids["mark_id"], sample.ids["issue_id"]),
    )


def _insert_spare_member(sample: Sample) -> UUID:
    with psycopg.connect(settings().require("database_url"), autocommit=True) as owner:
        user_id = create_user(owner, f"{uuid4().hex}@example.com", "Spare")
        owner.execute(
            "insert into app.membership (workspace_id, user_id, role, status) "
            "values (%s, %s, 'viewer', 'suspended')",
            (sample.workspace_id, user_id),
        )
    return user_id


def _insert_by_api(sample: Sample) -> None:
    """What only the API may insert: a directory's group, a failed archive, a claim, a declared connector."""
    sample.ids |= {"group_id": uuid4(), "archive_id": uuid4(), "claim_id": uuid4()}
    with psycopg.connect(settings().require("api_database_url")) as api:
        api.execute("select set_config('causeloop.workspace', %s, true)", (str(sample.workspace_id),))
        api.execute(
            "insert into app.directory_group (workspace_id, group_id, display_name) values (%s, %s, 'Group')",
            (sample.workspace_id, sample.ids["group_id"]),
        )
        api.execute(
            "insert into core.exposure (workspace_id, unit, service, day, count, attached_by) "
            "values (%s, 'requests', %s, '2026-10-01', 900, 'user:sample')",
            (sample.workspace_id, sample.canary),
        )
        api.execute(
            "insert into app.workspace_archive (workspace_id, archive_id, status, requested_by, error) "
            "values (%s, %s, 'failed', 'user:sample', 'the disk was full')",
            (sample.workspace_id, sample.ids["archive_id"]),
        )
        api.execute(
            "insert into act.failure_claim (workspace_id, claim_id, identity, title, claimed_by) "
            "values (%s, %s, %s, %s, 'user:sample')",
            (sample.workspace_id, sample.ids["claim_id"], f"cf_{uuid4().hex[:24]}", sample.canary),
        )
        api.execute(
            "insert into act.failure_alias (workspace_id, alias, claim_id) values (%s, %s, %s)",
            (sample.workspace_id, f"cf_{uuid4().hex[:24]}", sample.ids["claim_id"]),
        )
        _insert_declaration(api, sample)
        insert_slack_app(api, sample)


def _insert_declaration(api: psycopg.Connection, sample: Sample) -> None:
    api.execute(
        "insert into app.connector_declaration (workspace_id, name, title, document, written, updated_by) "
        "values (%s, %s, 'Tool', '{}', 'name: tool', 'user:sample') on conflict do nothing",
        (sample.workspace_id, sample.declaration_name),
    )


def restore_declaration(sample: Sample) -> None:
    """Insert the sample's declared connector again where a test has deleted it."""
    with psycopg.connect(settings().require("api_database_url")) as api:
        api.execute("select set_config('causeloop.workspace', %s, true)", (str(sample.workspace_id),))
        _insert_declaration(api, sample)


def _insert_people(owner: psycopg.Connection, sample: Sample) -> None:
    people = {name: f"{name}-{uuid4().hex[:12]}@example.com" for name in ("member", "suspended", "owner")}
    for name, email in people.items():
        user_id = create_user(owner, email, f"{sample.canary} {name}", HASHER.hash(PASSWORD))
        add_member(owner, sample.workspace_id, user_id, "owner" if name == "owner" else "viewer")
        sample.ids["user_id" if name == "member" else f"{name}_user_id"] = user_id
        token = issue_access_token(make_session(sample.workspace_id, user_id))
        sample.credentials[f"{name} token"] = token
    owner.execute(
        "update app.membership set status = 'suspended' where workspace_id = %s and user_id = %s",
        (sample.workspace_id, sample.ids["suspended_user_id"]),
    )
    expired = create_service_key(owner, sample.workspace_id, "expired", "owner")
    owner.execute(
        "update app.service_account set expires_at = now() - interval '1 second' "
        "where workspace_id = %s and name = 'expired'",
        (sample.workspace_id,),
    )
    sample.credentials["expired key"] = expired
    sample.credentials["revoked key"] = create_service_key(owner, sample.workspace_id, "revoked", "owner")
    owner.execute(
        "update app.service_account set revoked_at = now() where workspace_id = %s and name = 'revoked'",
        (sample.workspace_id,),
    )
    stranger = AccessToken(uuid4(), sample.workspace_id, uuid4(), SignInMethod.OIDC)
    sample.credentials["stranger token"] = issue_access_token(stranger)
    create_service_key(owner, sample.workspace_id, "spare", "viewer")
    row = owner.execute(
        "select service_account_id from app.service_account where workspace_id = %s and name = 'spare'",
        (sample.workspace_id,),
    ).fetchone()
    assert row is not None
    sample.ids["account_id"] = row[0]
