"""Whatever a person types is a search, and finds words by their beginnings and stems."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from causeloop_pipeline.storage.database.session import Database

TYPED = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
ODD = st.text("\t\n\r\x0b\x0c\x85\xa0 aé'\"\\:*&|!()<->-7", max_size=16)


@given(TYPED | ODD)
@example("\tdisk")
@example("disk\x85")
@example("'\\")
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_a_search(database: Database, typed: str) -> None:
    with database.every_workspace() as session:
        row = session.row("select core.search_query(%s) is not null as is_search", (typed,))

    assert row == {"is_search": True}


@pytest.mark.parametrize("typed", ["timeout", "timeouts", " time\tcheck", "checkout\n"])
def test_words_find_their_other_forms(database: Database, typed: str) -> None:
    with database.every_workspace() as session:
        row = session.row(
            "select to_tsvector('simple', 'Timeouts of checkout') @@ core.search_query(%s) as finds", (typed,)
        )

    assert row == {"finds": True}
