"""What a database has is looked for until it is there, and then known."""

from sqlalchemy import event

from causeloop_pipeline.orchestration.dagster_internals.known_schema import has_for_good
from causeloop_pipeline.orchestration.instance.pooled_storage import PooledPostgresStorage


def test_what_is_missing_is_looked_for_again_and_what_is_there_is_not() -> None:
    answers = iter([False, False, True])

    answered = [has_for_good("a database", "a table", lambda: next(answers)) for _ in range(5)]

    assert answered == [False, False, True, True, True]


def test_two_databases_are_not_taken_for_each_other() -> None:
    assert has_for_good("one database", "a table", lambda: True)
    assert not has_for_good("another database", "a table", lambda: False)


def test_later_looks_at_sensors_and_runs_leave_the_catalog_alone(storage: PooledPostgresStorage) -> None:
    def look() -> None:
        assert storage.schedule_storage.supports_batch_queries
        assert storage.event_log_storage.supports_asset_checks
        storage.schedule_storage.all_instigator_state()
        storage.run_storage.get_run_records(limit=1)

    look()
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(storage._run_storage._engine, "before_cursor_execute", note)
    look()
    event.remove(storage._run_storage._engine, "before_cursor_execute", note)

    assert statements
    assert not [statement for statement in statements if "pg_catalog" in statement]
