"""`alerts`: a crossing becomes one message, in the transaction that remembers it."""

from uuid import UUID

import psycopg
import pytest

from causeloop_pipeline.stages.installation import Installation as Resources
from causeloop_pipeline.storage.database.session import Database
from tests.orchestration.alerting import make_pattern, make_rule, outbox, predict
from tests.orchestration.conftest import Run


def test_a_crossing_fires_once_and_again_after_a_clear_fall(
    run: Run, resources: Resources, database: Database, workspace_id: UUID
) -> None:
    pattern_id = make_pattern(database, workspace_id)
    rule_id = make_rule(database, resources.vault, workspace_id)
    message_counts = []
    for probability in (0.5, 0.8, 0.9, 0.68, 0.75, 0.55, 0.75):
        predict(database, workspace_id, pattern_id, probability)
        assert run([workspace_id], first="alerts").success
        message_counts.append(len(outbox(database, workspace_id)))

    assert message_counts == [0, 1, 1, 1, 1, 1, 2]
    first, second = outbox(database, workspace_id)
    assert first["dedupe_key"] == f"{rule_id}:{pattern_id}:1:0"
    assert second["dedupe_key"] == f"{rule_id}:{pattern_id}:2:0"
    assert first["channel"] == {"type": "webhook", "url": "https://example.org/hook", "number": 0}
    body = first["body"]
    assert body.pop("url").endswith(f"/#/patterns/{pattern_id}")
    assert body.pop("workspace").startswith("Workspace ")
    assert body == {
        "rule": "Often",
        "pattern_id": str(pattern_id),
        "pattern": "Pool exhausted",
        "service": "checkout",
        "probability": 0.8,
        "threshold": 0.7,
        "window_days": 7,
        "event_count": 23,
        "likely_trigger": "Deploys on Fridays",
        "last_ending": None,
        "owner": None,
    }


@pytest.mark.parametrize(
    ("scope", "messages"),
    [({"service": "checkout"}, 1), ({"service": "billing"}, 0), ({"team": "payments"}, 1)],
)
def test_a_rule_watches_the_patterns_main_service_and_team(
    run: Run,
    resources: Resources,
    database: Database,
    workspace_id: UUID,
    scope: dict[str, str],
    messages: int,
) -> None:
    predict(database, workspace_id, make_pattern(database, workspace_id), 0.9)
    make_rule(database, resources.vault, workspace_id, scope=scope)

    run([workspace_id], first="alerts")

    assert len(outbox(database, workspace_id)) == messages


def test_a_snoozed_rule_tells_the_crossing_when_the_snooze_ends(
    run: Run, resources: Resources, database: Database, workspace_id: UUID
) -> None:
    predict(database, workspace_id, make_pattern(database, workspace_id), 0.9)
    make_rule(database, resources.vault, workspace_id)
    message_counts = []
    for until in ("now() + interval '1 day'", "now() - interval '1 second'"):
        with database.workspace(workspace_id) as session:
            session.execute(f"update notify.alert_rule set snoozed_until = {until}")
        run([workspace_id], first="alerts")
        message_counts.append(len(outbox(database, workspace_id)))

    assert message_counts == [0, 1]


def test_a_disabled_rule_and_a_dismissed_prediction_tell_nothing(
    run: Run, resources: Resources, database: Database, workspace_id: UUID, other_workspace_id: UUID
) -> None:
    for tenant in (workspace_id, other_workspace_id):
        prediction_id = predict(database, tenant, make_pattern(database, tenant), 0.9)
        make_rule(database, resources.vault, tenant)
    with database.workspace(workspace_id) as session:
        session.execute("update notify.alert_rule set enabled = false")
    with database.workspace(other_workspace_id) as session:
        session.execute(
            "insert into predict.dismissal (workspace_id, prediction_id, dismissed_by) "
            "values (%s, %s, 'a person')",
            (other_workspace_id, prediction_id),
        )

    run([workspace_id, other_workspace_id], first="alerts")

    assert outbox(database, workspace_id) == outbox(database, other_workspace_id) == []


def test_the_workspaces_sensitivity_says_how_far_a_probability_has_to_fall(
    run: Run, resources: Resources, database: Database, owner: psycopg.Connection, workspace_id: UUID
) -> None:
    owner.execute(
        "update app.workspace_settings set alert_sensitivity = 'high' where workspace_id = %s",
        (workspace_id,),
    )
    pattern_id = make_pattern(database, workspace_id)
    make_rule(database, resources.vault, workspace_id)
    for probability in (0.75, 0.64, 0.75):
        predict(database, workspace_id, pattern_id, probability)
        run([workspace_id], first="alerts")

    assert len(outbox(database, workspace_id)) == 2


def test_a_pattern_that_vanished_fires_no_more_and_a_return_is_a_new_crossing(
    run: Run, resources: Resources, database: Database, workspace_id: UUID
) -> None:
    pattern_id = make_pattern(database, workspace_id)
    make_rule(database, resources.vault, workspace_id)
    predict(database, workspace_id, pattern_id, 0.9)
    run([workspace_id], first="alerts")
    columns = "(workspace_id, pattern_id, name, kind, status, confidence, issue_count, first_seen_at, "
    columns += "last_seen_at)"
    with database.workspace(workspace_id) as session:
        session.execute("delete from detect.pattern")
    run([workspace_id], first="alerts")
    with database.workspace(workspace_id) as session:
        gone = session.rows("select firing, crossings from notify.alert_state")
        session.execute(
            f"insert into detect.pattern {columns} "
            "values (%s, %s, 'back', 'machine', 'active', 0.9, 3, now(), now())",
            (workspace_id, pattern_id),
        )
    run([workspace_id], first="alerts")

    assert gone == [{"firing": False, "crossings": 1}]
    assert len(outbox(database, workspace_id)) == 2


def test_one_tenants_crossing_is_no_other_tenants_message(
    run: Run, resources: Resources, database: Database, workspace_id: UUID, other_workspace_id: UUID
) -> None:
    predict(database, workspace_id, make_pattern(database, workspace_id), 0.9)
    make_rule(database, resources.vault, other_workspace_id)

    run([workspace_id, other_workspace_id], first="alerts")

    assert outbox(database, workspace_id) == outbox(database, other_workspace_id) == []


def test_many_patterns_that_fire_together_share_one_message(
    run: Run, resources: Resources, database: Database, workspace_id: UUID
) -> None:
    make_rule(database, resources.vault, workspace_id)
    for number in range(7):
        pattern_id = make_pattern(database, workspace_id, f"Pattern {number}")
        predict(database, workspace_id, pattern_id, 0.8 + number / 100)

    run([workspace_id], first="alerts")

    (message,) = outbox(database, workspace_id)
    assert message["body"]["pattern"] == "Pattern 6"
    assert message["body"]["others"] == [f"Pattern {number}" for number in (5, 4, 3, 2, 1, 0)]
