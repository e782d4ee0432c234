"""The weekly report: one week in numbers, and once by e-mail for whoever wants it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr

from causeloop_pipeline.outbound.report_text import write_report
from causeloop_pipeline.settings import settings
from causeloop_pipeline.stages.installation import Installation
from causeloop_pipeline.stages.jobs.deliveries import deliver_workspace_messages
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.notify.weekly_reports import enqueue_weekly_reports, write_weekly_report
from tests.api.conftest import Client, Mailbox
from tests.api.sample import TIMEZONE, Sample
from tests.api.sample_rows import insert_row
from tests.storage.stored import store_occurrence

SITE = "https://causeloop.example.com"


def test_a_week_is_summed_up_from_monday_to_sunday(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    now = datetime.now(UTC)
    day = (now - timedelta(days=14)).date()
    monday = day - timedelta(days=day.weekday())
    noon = datetime(monday.year, monday.month, monday.day, 12, tzinfo=UTC)
    with database.workspace(fresh_sample.workspace_id) as session:
        session.execute("delete from core.occurrence where workspace_id = %s", (fresh_sample.workspace_id,))
        for issue_id in fresh_sample.issues:
            is_of_week = issue_id in fresh_sample.issues[:3]
            for hours in (0, 1) if is_of_week else (-24,):
                at = noon + timedelta(hours=hours)
                store_occurrence(session, fresh_sample.workspace_id, str(issue_id), at)
        session.execute("update detect.pattern set first_seen_at = %s", (noon,))
        session.execute("update act.verdict set verdict = 'held', decided_at = %s", (noon,))

    report = client(fresh_sample.credentials["viewer"]).get(f"/v1/reports/weekly?week={day}").json()

    assert (report["first_day"], report["last_day"]) == (str(monday), str(monday + timedelta(days=6)))
    assert (report["issues"], report["issues_before"], report["new_patterns"]) == (3, 9, 2)
    assert [(row["issues"], row["issues_before"]) for row in report["patterns"]] == [(3, 4)]
    assert (report["occurrences"], report["occurrences_before"]) == (6, 9)
    assert [(row["occurrences"], row["occurrences_before"]) for row in report["patterns"]] == [(6, 4)]
    assert [row["verdict"] for row in report["fixes"]] == ["held"]
    assert (report["written_at"], report["recommendations"]) == (None, [])
    latest = client(fresh_sample.credentials["viewer"]).get("/v1/reports/weekly").json()
    assert [row["rank"] for row in latest["recommendations"]] == [1, 2, 3]


def test_a_written_week_keeps_its_bytes_and_names_whom_to_tell(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api, workspace_id = client(fresh_sample.credentials["analyst"]), fresh_sample.workspace_id
    item = str(fresh_sample.ids["recommendation_id"])
    owner = {"item_kind": "recommendation", "item": item, "name": "Payments"}
    assert client(fresh_sample.credentials["owner"]).put("/v1/owners", json=owner).status_code == 200
    before = api.get("/v1/reports/weekly").json()
    with database.workspace(workspace_id) as session:
        store_occurrence(session, workspace_id, str(fresh_sample.issues[0]), datetime(2026, 1, 5, tzinfo=UTC))
        assert [write_weekly_report(session, workspace_id) for _ in range(2)] == [1, 0]
    written = api.get("/v1/reports/weekly")
    with database.workspace(workspace_id) as session:
        session.execute("update act.recommendation set title = 'another', rank = null")
        session.execute("delete from core.occurrence where workspace_id = %s", (workspace_id,))
    later = api.get(f"/v1/reports/weekly?week={written.json()['last_day']}")

    assert before["written_at"] is None
    assert written.json()["written_at"] is not None
    assert [row["rank"] for row in written.json()["recommendations"]] == [1, 2, 3]
    assert "Payments" in (row["owner"] for row in written.json()["recommendations"])
    assert later.content == written.content


def test_a_week_that_has_not_begun_has_no_report(client: Client, sample: Sample) -> None:
    api = client(sample.credentials["viewer"])
    now = datetime.now(UTC)
    assert api.get(f"/v1/reports/weekly?week={(now + timedelta(days=8)).date()}").status_code == 404
    assert api.get(f"/v1/reports/weekly?week={now.date()}").json()["written_at"] is None


def test_an_empty_workspace_writes_no_report(database: Database, workspace_id: UUID) -> None:
    with database.workspace(workspace_id) as session:
        assert write_weekly_report(session, workspace_id) == 0


def insert_prediction(
    database: Database, sample: Sample, *, days_ago: int, window_days: int, probability: float
) -> datetime:
    """A prediction of the sample's pattern; when it was issued."""
    issued = datetime.now(UTC) - timedelta(days=days_ago)
    with database.workspace(sample.workspace_id) as session:
        insert_row(
            session,
            "predict.prediction",
            sample,
            prediction_id=uuid4(),
            pattern_id=sample.ids["pattern_id"],
            window_days=window_days,
            issued_at=issued,
            closes_at=issued + timedelta(days=window_days),
            probability=probability,
            impact="high",
            event_count=12,
            model_probabilities="{}",
            model_version="v1",
        )
    return issued


def test_an_earlier_week_shows_what_was_predicted_when_it_ended(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    issued = insert_prediction(database, fresh_sample, days_ago=21, window_days=7, probability=0.99)
    viewer = client(fresh_sample.credentials["viewer"])

    def read_likely(day: datetime) -> list[str]:
        report = viewer.get(f"/v1/reports/weekly?week={day.date()}").json()
        return [row["id"] for row in report["likely"]]

    assert read_likely(issued) == [str(fresh_sample.ids["pattern_id"])]
    assert read_likely(issued - timedelta(days=14)) == []


def test_what_is_likely_is_so_within_the_window_that_is_shown_first(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    viewer = client(fresh_sample.credentials["viewer"])
    insert_prediction(database, fresh_sample, days_ago=7, window_days=30, probability=0.83)  # last week
    nearest = viewer.get("/v1/reports/weekly").json()
    with database.workspace(fresh_sample.workspace_id) as session:
        session.execute(
            "insert into predict.backtest (workspace_id, computed_at, model_version, first_origin,"
            " last_origin, patterns, predictions, hits, scores, curves, headline_window)"
            " values (%s, now(), 'v1', now(), now(), 1, 1, 1, '[]', '[]', 30)",
            (fresh_sample.workspace_id,),
        )
    chosen = viewer.get("/v1/reports/weekly").json()

    assert (nearest["window_days"], nearest["likely"]) == (7, [])
    assert chosen["window_days"] == 30
    assert [row["probability"] for row in chosen["likely"]] == [0.83]
    assert "Likely within 30 days" in write_report({**chosen, "url": SITE})[1]


def test_the_report_of_a_week_goes_once_to_whoever_wants_it(
    client: Client,
    fresh_sample: Sample,
    database: Database,
    mailbox: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    person = client(fresh_sample.credentials["member token"])
    refused = person.put("/v1/me/weekly-report", json={"by_email": True})
    assert (refused.status_code, refused.json()["code"]) == (409, "mail_disabled")
    monkeypatch.setattr(settings(), "smtp_url", SecretStr(mailbox.url))
    assert person.put("/v1/me/weekly-report", json={"by_email": True}).json() == {"by_email": True}
    workspace_id = fresh_sample.workspace_id

    queued = []
    for _ in range(2):
        with database.workspace(workspace_id) as session:
            write_weekly_report(session, workspace_id)
            queued.append(enqueue_weekly_reports(session, workspace_id, SITE))
    sent = deliver_workspace_messages(Installation(), workspace_id)

    assert queued == [1, 0]
    assert sent == {"delivered": 1}
    (text,) = mailbox.texts
    today = datetime.now(ZoneInfo(TIMEZONE)).date()
    monday = today - timedelta(days=today.weekday() + 7)
    assert "Occurrences:" in text
    assert "What to fix first" in text
    assert f"{SITE}/#/report?week={monday}" in text
    assert person.put("/v1/me/weekly-report", json={"by_email": False}).json() == {"by_email": False}


def test_a_key_has_no_mailbox(client: Client, sample: Sample) -> None:
    response = client(sample.credentials["viewer"]).put("/v1/me/weekly-report", json={"by_email": True})

    assert (response.status_code, response.json()["code"]) == (409, "not_a_member")
