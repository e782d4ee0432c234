"""Where no name tells, the values tell which column holds the start, the end and the title."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from causeloop_pipeline.landing.export_file import columns_by_values
from causeloop_pipeline.landing.export_file.columns import RecognizedColumns, recognize_columns
from causeloop_pipeline.landing.export_file.columns_by_values import describe_by_values, recognize_by_values

NOW = datetime(2026, 11, 1, tzinfo=UTC)
STARTS = [NOW - timedelta(hours=31 * number, minutes=7) for number in range(40, 0, -1)]
ENDS = [start + timedelta(minutes=12) for start in STARTS]
TEXTS = [f"DISK CRITICAL - free space: /var {number} %" for number in range(40)]


def recognize(
    table: Mapping[str, Sequence[object]], chosen: dict[str, str] | None = None
) -> RecognizedColumns:
    frame = pl.DataFrame(table)
    named = recognize_columns(frame.columns, chosen or {})
    return recognize_by_values(named, {column.name: column for column in frame.get_columns()}, NOW)


WRITTEN: Mapping[str, Sequence[object]] = {
    "milliseconds": [int(start.timestamp() * 1000) for start in STARTS],
    "ISO 8601": [start.isoformat() for start in STARTS],
    "German": [start.strftime("%d.%m.%Y %H:%M") for start in STARTS],
    "American": [start.strftime("%m/%d/%Y %I:%M %p") for start in STARTS],
    "dates": STARTS,
}


@pytest.mark.parametrize("written", list(WRITTEN))
def test_a_start_is_recognized_however_it_is_written(written: str) -> None:
    recognized = recognize({"uid": list(range(40)), "fired": WRITTEN[written], "output": TEXTS})

    assert recognized.columns == {"title": "output", "source_created_at": "fired"}
    assert recognized.by_values == {"title", "source_created_at"}
    assert describe_by_values(recognized) == [
        "column 'output' is read as title, by its values",
        "column 'fired' is read as source_created_at, by its values",
    ]


def test_an_end_has_the_name_of_one_and_does_not_come_before_the_start() -> None:
    ended = recognize({"cleared": ENDS, "fired": STARTS, "output": TEXTS})
    earlier = recognize({"cleared": [start - timedelta(days=9) for start in STARTS], "fired": STARTS})

    assert ended.columns == {"title": "output", "source_created_at": "fired", "resolved_at": "cleared"}
    assert earlier.columns == {"source_created_at": "fired"}
    assert recognize({"created_at": STARTS, "cleared": ENDS}).columns["resolved_at"] == "cleared"


def test_numbers_of_seconds_are_times_only_where_the_name_says_so() -> None:
    seconds = [int(start.timestamp()) for start in STARTS]

    assert recognize({"phone": seconds}).columns == {}
    assert recognize({"fired_ts": seconds}).columns == {"source_created_at": "fired_ts"}


def test_a_title_is_not_a_name_of_a_person_no_link_and_not_the_longest_text() -> None:
    recognized = recognize(
        {
            "who": ["Kim Lee", "Max Weber"] * 20,
            "where": [f"Building C, floor {number}" for number in range(40)],
            "where to look": [f"https://example.com/a/b?q={text}" for text in TEXTS],
            "what went wrong": TEXTS,
            "dump": ["many words " * 60] * 40,
        }
    )

    assert recognized.columns == {"title": "what went wrong"}


def test_no_format_of_times_is_tried_on_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []
    monkeypatch.setattr(columns_by_values, "decide_format", lambda values, **_: tried.append(values.name))

    recognized = recognize({"output": TEXTS, "host": [f"db-{number}.example" for number in range(40)]})

    assert recognized.columns == {"title": "output", "service": "host"}
    assert tried == []


def test_what_names_or_people_say_stays() -> None:
    chosen = recognize({"fired": STARTS, "noticed": ENDS, "output": TEXTS}, {"source_created_at": "noticed"})

    assert chosen.columns == {"title": "output", "source_created_at": "noticed"}


@given(
    st.dictionaries(
        st.sampled_from(["a", "end", "note", "stamp", "title", "created_at"]),
        st.lists(st.none() | st.integers() | st.text() | st.datetimes(), min_size=3, max_size=3),
        max_size=4,
    )
)
def test_any_values_leave_each_column_one_meaning_at_most(table: Mapping[str, Sequence[object]]) -> None:
    texts = {name: [None if each is None else str(each) for each in values] for name, values in table.items()}

    recognized = recognize(texts)

    taken = list(recognized.columns.values())
    assert len(taken) == len(set(taken))
    assert sorted([*taken, *recognized.unused]) == sorted(texts)
