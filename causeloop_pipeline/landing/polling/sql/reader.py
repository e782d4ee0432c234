"""The process that reads rows of a foreign database: `sql/source` starts it.

The job comes as JSON on standard input, pages and the failure go as frames to standard output.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any

from causeloop_pipeline.landing.polling.isolated.child import run
from causeloop_pipeline.landing.polling.sql.values import Job
from causeloop_pipeline.landing.polling.sql.windows import Reading, Window, make_pages


def read_pages(job: Job) -> Iterator[dict[str, Any]]:
    """Pages of rows as JSON values, with the cursor after each; OutsideFailure with the reason."""
    with _open_reading(job) as reading:
        if job["preset"] is None:
            query, window = job["query"], make_window(job, job["cursor_column"])
        else:
            query, window = _plan_preset(job, reading)
        yield from make_pages(job, window, reading.read(query, window))


def make_window(job: Job, cursor_column: str, **more: Any) -> Window:
    """What of the query's rows this sync reads."""
    key_column = more.pop("key_column", None)
    return Window(
        cursor_column=cursor_column,
        key_column=key_column,
        start=job["start"],
        max_rows=job["max_rows"],
        **more,
    )


def _plan_preset(job: Job, reading: Reading) -> tuple[str, Window]:
    from causeloop_pipeline.landing.polling.sql.preset_query import LANDED_AT, PresetQuery

    preset = PresetQuery(job["preset"], job["dialect"], reading.list_columns)
    query = preset.build()
    return query, make_window(job, LANDED_AT, key_column=preset.key_column, shape=preset.shape)


def _open_reading(job: Job) -> AbstractContextManager[Reading]:
    if job["engine"] == "postgresql":
        from causeloop_pipeline.landing.polling.sql.postgres import open_postgres

        return open_postgres(job)
    from causeloop_pipeline.landing.polling.sql.alchemy import open_alchemy

    return open_alchemy(job)


if __name__ == "__main__":
    run(read_pages)
