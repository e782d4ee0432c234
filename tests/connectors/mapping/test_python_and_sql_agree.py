"""A mapping gives the same whether Python or PostgreSQL evaluates it."""

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from causeloop_pipeline.connectors.mapping.expression_sql import render, render_condition, render_time
from hypothesis import given, settings
from hypothesis import strategies as st

from causeloop_pipeline.connectors.mapping.evaluate import Payload, evaluate, evaluate_time, holds
from causeloop_pipeline.connectors.mapping.expressions import (
    Band,
    Choose,
    Concat,
    Condition,
    Different,
    Document,
    Element,
    Every,
    Has,
    Instant,
    Is,
    Join,
    Kind,
    Literal,
    Match,
    Matches,
    Moment,
    Not,
    PlainText,
    Pluck,
    SeverityLabel,
    Some,
    Source,
    Tag,
    Text,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.times import ZONE_HOURS

DEFAULTS = {"site": "acme.example"}

TEXTS = st.sampled_from(
    [
        "",
        " ",
        "open",
        "P1",
        "sev-2",
        "severity: high",
        "service:checkout",
        "env=prod, team:core",
        "<p>Disk&nbsp;full &amp; hot</p>",
        "12.50",
        "-1",
        "0",
        "1700000000",
        "1700000000123",
        "1700000000123456789",
        "2026-03-02T08:14:05.123456789Z",
        "2026-03-02 08:14:05+0530",
        "2026-03-02T08:14:05.5-07",
        "2026-03-02",
        "2026-03-02 08:14:05 UTC",
        "2026-03-02 08:14:05,250 GMT",
        "2026-03-02 08:14:05 PDT",
        "2026-03-02T08:14:05.25 (UTC)",
        "2026-03-02 08:14:05 XYZ",
        "seen at 2026-03-02 08:14:05",
        "2026-13-45T00:00:00Z",
        "yesterday",
        "ünï \u2028 cödé",
        "it's {% raw %}",
    ]
)
NUMBERS = st.one_of(st.integers(-(10**6), 10**19), st.floats(-1e6, 1e12).map(lambda number: round(number, 3)))
SCALARS = st.one_of(st.none(), st.booleans(), TEXTS, NUMBERS)
KEYS = st.sampled_from(["a", "b", "key", "name", "value", "text", "tags", "dotted.key"])
DOCUMENTS = st.dictionaries(
    KEYS,
    st.recursive(
        SCALARS,
        lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=4)),
        max_leaves=6,
    ),
    max_size=6,
)

SOURCES: dict[str, Source] = {
    "a path": "a",
    "a nested path": "a.0.b",
    "a place from the end": "a.-1",
    "a key with a dot": r"dotted\.key",
    "alternatives": ("a.b", "b", "name"),
    "a template": Text("https://{config.site}/{a}/{b.name}"),
    "a literal": Literal("it's"),
    "a match": Match("a", r"^(\d+)-"),
    "a match without a group": Match(("a", "b"), r"[a-z]+"),
    "a join": Join(("a", "b.name", "value"), ": "),
    "a concatenation": Concat(("a", Literal("/"), "b.name")),
    "what a list holds at a key": Pluck("a", "name"),
    "a tag": Tag("tags", "service|env"),
    "a severity label": SeverityLabel("tags"),
    "an element": Element("a", "name", "open", "value"),
    "a document": Document("a"),
    "plain text": PlainText("a"),
    "a band": Band("a", ((9, "critical"), (4.5, "medium"), (0, "low"))),
    "a difference": Different("a", ("b", "name")),
    "a choice": Choose(Is("a", ("OPEN", "p1")), "b", Literal("other")),
}
CONDITIONS: dict[str, Condition] = {
    "has": Has("a"),
    "is": Is(("a", "b"), ("open", "true")),
    "matches": Matches("a", r"\b(open|p\d)\b|disk"),
    "kind": Kind(("event", "record")),
    "not": Not(Has("a.b")),
    "every": Every((Has("a"), Not(Is("b", ("open",))))),
    "some": Some((Has(r"dotted\.key"), Is("name", ("P1",)))),
}
MOMENTS: dict[str, Moment] = {
    "ISO": "a",
    "the first time": ("a", Instant("b", TimeFormat.EPOCH_SECONDS)),
    "seconds": Instant("a", TimeFormat.EPOCH_SECONDS),
    "milliseconds": Instant(("a", "b"), TimeFormat.EPOCH_MILLISECONDS),
    "nanoseconds": Instant("a", TimeFormat.EPOCH_NANOSECONDS),
    "a zone's name": Instant(("a", "b"), TimeFormat.ZONE_NAME),
    "a time in a text": Instant(Match("a", r"^seen at (.+)$")),
    "a number in a text": Instant(Match("a", r"^\d+"), TimeFormat.EPOCH_SECONDS),
    "a zone's name in a text": Instant(Choose(Has("b"), "a"), TimeFormat.ZONE_NAME),
    "as in mail": Instant(("a", "b"), TimeFormat.MAIL),
    "on a clock of twelve hours": Instant("a", TimeFormat.US),
    "days of a spreadsheet": Instant("a", TimeFormat.SERIAL_DAYS),
}


@pytest.fixture(scope="module")
def connection(installation: Any) -> Iterator[psycopg.Connection]:
    with psycopg.connect(installation.pipeline_url, autocommit=True) as connection:
        yield connection


def evaluate_in_postgres(connection: psycopg.Connection, sql: str, document: Any) -> Any:
    rendered = sql.replace("%", "%%")
    row = connection.execute(
        f"select {rendered} from ("
        "select %s::jsonb as payload, 'record' as kind, '{}'::jsonb as config) as record",
        (json.dumps(document),),
    ).fetchone()
    assert row is not None
    return row[0]


@pytest.mark.parametrize("name", SOURCES)
@settings(deadline=None)
@given(document=DOCUMENTS)
def test_an_expression_gives_the_same_text(connection: psycopg.Connection, name: str, document: Any) -> None:
    value = evaluate(SOURCES[name], Payload(document, config=DEFAULTS))

    assert (value.text if value else None) == evaluate_in_postgres(
        connection, render(SOURCES[name], DEFAULTS), document
    )


@pytest.mark.parametrize("name", CONDITIONS)
@settings(deadline=None)
@given(document=DOCUMENTS)
def test_a_condition_holds_in_both_or_in_neither(
    connection: psycopg.Connection, name: str, document: Any
) -> None:
    assert holds(CONDITIONS[name], Payload(document)) == evaluate_in_postgres(
        connection, render_condition(CONDITIONS[name], {}), document
    )


@pytest.mark.parametrize("zone", ZONE_HOURS)
def test_the_name_of_a_zone_means_the_same_hours(connection: psycopg.Connection, zone: str) -> None:
    moment = Instant("at", TimeFormat.ZONE_NAME)
    for text in (f"2026-03-02 08:14:05 {zone}", f"2026-03-02T08:14:05.5 ({zone})"):
        time = evaluate_time(moment, Payload({"at": text}))
        assert time is not None
        assert time[0] == evaluate_in_postgres(connection, render_time(moment), {"at": text})


WRITTEN = [
    (TimeFormat.MAIL, "Mon, 02 Mar 2026 14:21:40 GMT", "2026-03-02T14:21:40+00:00"),
    (TimeFormat.MAIL, "2 Mar 2026 14:21", "2026-03-02T14:21:00+00:00"),
    (TimeFormat.MAIL, "02 Dec 2026 14:21:40 -0530", "2026-12-02T19:51:40+00:00"),
    (TimeFormat.MAIL, "02 Mai 2026 14:21:40", None),
    (TimeFormat.MAIL, "31 Feb 2026 14:21:40", None),
    (TimeFormat.US, "3/2/2026 12:05:40 AM", "2026-03-02T00:05:40+00:00"),
    (TimeFormat.US, "03/02/2026 12:05 PM", "2026-03-02T12:05:00+00:00"),
    (TimeFormat.US, "3/2/2026 11:59:59 PM", "2026-03-02T23:59:59+00:00"),
    (TimeFormat.US, "13/2/2026 1:00:00 PM", None),
    (TimeFormat.US, "02.03.2026 13:00:00", None),
    (TimeFormat.SERIAL_DAYS, 25569, "1970-01-01T00:00:00+00:00"),
    (TimeFormat.SERIAL_DAYS, 46083.3333333333, "2026-03-02T08:00:00+00:00"),
    (TimeFormat.SERIAL_DAYS, "46083.00015625", "2026-03-02T00:00:14+00:00"),
    (TimeFormat.SERIAL_DAYS, "460833", None),
    (TimeFormat.SERIAL_DAYS, "", None),
]


@pytest.mark.parametrize(("form", "value", "expected"), WRITTEN)
def test_a_written_time_is_read_in_its_own_format_only(
    connection: psycopg.Connection, form: TimeFormat, value: Any, expected: str | None
) -> None:
    moment = Instant("at", form)
    time = evaluate_time(moment, Payload({"at": value}))
    assert (time[0].isoformat() if time else None) == expected
    assert (time[0] if time else None) == evaluate_in_postgres(connection, render_time(moment), {"at": value})


@pytest.mark.parametrize(("form", "text"), [(form, str(text)) for form, text, _ in WRITTEN])
@given(data=st.data())
@settings(deadline=None, max_examples=40)
def test_a_bent_written_time_is_the_same_time_or_none(
    connection: psycopg.Connection, form: TimeFormat, text: str, data: Any
) -> None:
    place = data.draw(st.integers(0, len(text)))
    bent = text[:place] + data.draw(st.sampled_from("0159 :/.-+AM")) + text[place + 1 :]
    moment = Instant("at", form)
    time = evaluate_time(moment, Payload({"at": bent}))
    assert (time[0] if time else None) == evaluate_in_postgres(connection, render_time(moment), {"at": bent})


@pytest.mark.parametrize("name", MOMENTS)
@settings(deadline=None)
@given(document=DOCUMENTS)
def test_a_moment_gives_the_same_time(connection: psycopg.Connection, name: str, document: Any) -> None:
    time = evaluate_time(MOMENTS[name], Payload(document))

    assert (time[0] if time else None) == evaluate_in_postgres(
        connection, render_time(MOMENTS[name]), document
    )
