"""The workspace that readers are measured on has what the pipeline would have stored."""

from pathlib import Path

import psycopg

from bench.data.stored_workspace import create_stored_workspace
from tests.conftest import Installation
from tests.storage.own_installation import own_installation

ISSUES = 400
SELECT_COUNTS = """
select count(*), count(*) filter (where words = to_tsvector('simple', title || ' ' || coalesce(body, ''))),
       count(pattern_id), (select count(*) from detect.pattern),
       (select count(*) from predict.current_prediction)
from core.issue
"""


def test_a_workspace_is_filled_with_issues_that_a_search_finds(
    installation: Installation, tmp_path: Path
) -> None:
    with own_installation(installation, tmp_path) as own:
        create_stored_workspace(own.superuser_url, ISSUES, rounds=2)
        with psycopg.connect(own.superuser_url) as connection:
            counts = connection.execute(SELECT_COUNTS).fetchone()
    assert counts is not None
    issues, with_words, grouped, patterns, predictions = counts
    assert issues == with_words == ISSUES
    assert 0 < grouped <= ISSUES
    assert predictions == 3 * patterns > 0
