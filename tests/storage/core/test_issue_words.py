"""The words that an issue is found by are those of its text, and are made where the text is new."""

from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from causeloop_pipeline.storage.database.session import Database, Session
from tests.storage.stored import store_issue

MADE_AGAIN = "to_tsvector('simple', title || ' ' || coalesce(left(body, 20000), ''))"
TEXTS = st.one_of(st.none(), st.text("ab 'é\n.7", max_size=12))


def read_words(session: Session, issue_id: str) -> str:
    row = session.row("select words::text as words from core.issue where issue_id = %s", (issue_id,))
    assert row is not None
    return str(row["words"])


@given(st.lists(st.tuples(st.sampled_from(["title", "body", "service"]), TEXTS), max_size=5))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_issues_words_are_those_of_its_title_and_body_whatever_was_changed(
    database: Database, workspace_id: UUID, edits: list[tuple[str, str | None]]
) -> None:
    with database.workspace(workspace_id) as session:
        issue_id = store_issue(session, workspace_id, "disk full")
        for column, text in edits:
            value = text or "x" if column == "title" else text
            session.execute(f"update core.issue set {column} = %s where issue_id = %s", (value, issue_id))
        rows = session.rows(f"select words = {MADE_AGAIN} as are_those from core.issue")
        assert [row["are_those"] for row in rows] == [True] * len(rows)
        session.connection.rollback()


def test_an_issue_whose_text_stays_keeps_its_words_as_they_are(
    database: Database, workspace_id: UUID
) -> None:
    with database.workspace(workspace_id) as session:
        issue_id = store_issue(session, workspace_id, "disk full")
        session.execute("update core.issue set words = 'kept' where issue_id = %s", (issue_id,))

        session.execute(
            "update core.issue set risk_score = 7, service = 'api', title = title where issue_id = %s",
            (issue_id,),
        )
        assert read_words(session, issue_id) == "'kept'"

        session.execute("update core.issue set title = 'disk failed' where issue_id = %s", (issue_id,))
        assert read_words(session, issue_id) != "'kept'"
