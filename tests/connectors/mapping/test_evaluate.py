"""Each expression, condition and moment of a mapping gives what its docstring says, and nothing breaks it."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
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

CONFIG = {"site": "acme.example"}

TEXTS: list[tuple[Source, Any, str | None]] = [
    ("a", {"a": " open\r\n"}, "open"),
    ("a", {"a": " \t"}, None),
    ("a", {"a": None}, None),
    ("a", {"a": True}, "true"),
    ("a", {"a": 1e22}, "10000000000000000000000"),
    ("a", {"a": 10**25}, str(10**25)),
    ("a", {"a": Decimal("1.10")}, "1.10"),
    ("a", {"a": -0.0}, "0.0"),
    ("a", {"a": {"bb": None, "c": [1, "ü"]}}, '{"c": [1, "ü"], "bb": null}'),
    ("a.0.b", {"a": [{"b": 7}]}, "7"),
    ("a.-1", {"a": ["x", "y"]}, "y"),
    ("a.5", {"a": ["x"]}, None),
    (r"dotted\.key", {"dotted.key": "v", "dotted": {"key": "w"}}, "v"),
    (("a.b", "b", "name"), {"a": "text", "name": "n"}, "n"),
    (Text("https://{config.site}/{a}/{b.name}"), {"a": 1, "b": {"name": "x"}}, "https://acme.example/1/x"),
    (Text("{a}-{b}"), {"a": 1}, None),
    (Literal("it's"), {}, "it's"),
    (Match("a", r"^(\d+)-"), {"a": "12-x"}, "12"),
    (Match("a", r"[a-z]+"), {"a": "12-xy"}, "xy"),
    (Match("a", r"^(.+)$"), {"a": "one\ntwo"}, "one\ntwo"),
    (Match("a", r"b(x?)"), {"a": "b"}, None),
    (Join(("a", "b", "c"), ": "), {"a": "x", "c": "z"}, "x: z"),
    (Join(("a", "b")), {}, None),
    (Concat(("a", Literal("/"), "b")), {"a": "x", "b": "y"}, "x/y"),
    (Concat(("a", Literal("/"), "b")), {"a": "x"}, None),
    (Pluck("a", "name"), {"a": [{"name": "x"}, {"name": None}, {}, "y", {"name": 2}]}, '["x", 2]'),
    (Tag("tags", "service|env"), {"tags": ["team:core", "ENV=prod"]}, "prod"),
    (Tag("tags", "service"), {"tags": [{"Key": "service", "Value": "cart"}]}, "cart"),
    (Tag("tags", "service"), {"tags": {"service": "cart"}}, "cart"),
    (Tag("tags", "service"), {"tags": "a:b, service: cart"}, "cart"),
    (Tag("tags", "service"), {"tags": ["service:two\nlines"]}, "two\nlines"),
    (Tag("tags", "service"), {"tags": 7}, None),
    (SeverityLabel("tags"), {"tags": ["x", "severity: High"]}, "High"),
    (SeverityLabel("tags"), {"tags": ["highest"]}, None),
    (Element("a", "name", "open", "value"), {"a": [{"name": "x"}, {"name": "open", "value": 3}]}, "3"),
    (Element("a", "name", "open"), {"a": {"name": "open"}}, None),
    (
        Document("a"),
        {"a": {"content": [{"text": "Disk "}, {"text": None}, {"text": "full"}], "text": " "}},
        "Disk  full",
    ),
    (Document("a"), {"a": " plain "}, "plain"),
    (PlainText("a"), {"a": "<p>Disk&nbsp;full &amp;\n &lt;hot&gt;</p>"}, "Disk full & <hot>"),
    (PlainText("a"), {"a": "<br>"}, None),
    (Band("a", ((9, "critical"), (4.5, "medium"))), {"a": "4.5"}, "medium"),
    (Band("a", ((9, "critical"), (4.5, "medium"))), {"a": 4}, None),
    (Band("a", ((0, "low"),)), {"a": "none"}, None),
    (Different("a", ("b", "name")), {"a": "x", "name": "x"}, None),
    (Different("a", "b"), {"a": "x"}, "x"),
    (Choose(Is("a", ("OPEN",)), "b", Literal("other")), {"a": "open", "b": 1}, "1"),
    (Choose(Is("a", ("OPEN",)), "b", Literal("other")), {}, "other"),
]
CONDITIONS: list[tuple[Condition, Any, bool]] = [
    (Has("a"), {"a": ""}, True),
    (Has("a"), {"a": None}, False),
    (Is(("a", "b"), ("open", "true")), {"b": True}, True),
    (Is("a", ("open",)), {}, False),
    (Matches("a", r"\b(open|p\d)\b|disk"), {"a": "re-OPEN it"}, True),
    (Matches("a", r"\bopen\b"), {"a": "opened"}, False),
    (Matches("a", "^a.b$"), {"a": "a\nb"}, True),
    (Kind(("event", "record")), {}, True),
    (Kind(("event",)), {}, False),
    (Not(Has("a.b")), {"a": "b"}, True),
    (Every((Has("a"), Not(Is("b", ("open",))))), {"a": 1}, True),
    (Some((Has(r"dotted\.key"), Is("name", ("P1",)))), {"name": "p1"}, True),
]
TIMES: list[tuple[TimeFormat, Any, str | None]] = [
    (TimeFormat.ISO, "2026-03-02", "2026-03-02T00:00:00+00:00"),
    (TimeFormat.ISO, "2026-03-02 08:14", "2026-03-02T08:14:00+00:00"),
    (TimeFormat.ISO, "2026-03-02T08:14:05.123456789Z", "2026-03-02T08:14:05.123457+00:00"),
    (TimeFormat.ISO, "2026-03-02 08:14:05+0530", "2026-03-02T02:44:05+00:00"),
    (TimeFormat.ISO, "2026-03-02T08:14:05.5-07", "2026-03-02T15:14:05.500000+00:00"),
    (TimeFormat.ISO, "2026-03-02 08:14:05,250 GMT", "2026-03-02T08:14:05.250000+00:00"),
    (TimeFormat.ISO, "2026-13-45T00:00:00Z", None),
    (TimeFormat.ISO, "2026-02-30T00:00:00Z", None),
    (TimeFormat.ISO, "yesterday", None),
    (TimeFormat.EPOCH_SECONDS, 1_700_000_000, "2023-11-14T22:13:20+00:00"),
    (TimeFormat.EPOCH_SECONDS, "1700000000.5", "2023-11-14T22:13:20.500000+00:00"),
    (TimeFormat.EPOCH_SECONDS, 0, None),
    (TimeFormat.EPOCH_SECONDS, -1, None),
    (TimeFormat.EPOCH_MILLISECONDS, 1_700_000_000_123, "2023-11-14T22:13:20.123000+00:00"),
    (TimeFormat.EPOCH_NANOSECONDS, "1700000000123456789", "2023-11-14T22:13:20.123456+00:00"),
    (TimeFormat.EPOCH_SECONDS, "9" * 19, None),
    (TimeFormat.ZONE_NAME, "2026-03-02 08:14:05 PDT", "2026-03-02T15:14:05+00:00"),
    (TimeFormat.ZONE_NAME, "2026-03-02T08:14:05.25 (UTC)", "2026-03-02T08:14:05.250000+00:00"),
    (TimeFormat.ZONE_NAME, "2026-03-02 08:14:05 XYZ", None),
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
KEYS = st.sampled_from(["a", "b", "key", "name", "value", "text", "tags", "dotted.key"])
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=40),
    st.sampled_from([text for _, text, _ in TIMES]),
)
DOCUMENTS = st.dictionaries(
    KEYS,
    st.recursive(
        SCALARS,
        lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=4)),
        max_leaves=6,
    ),
    max_size=6,
)


@pytest.mark.parametrize(("source", "document", "expected"), TEXTS)
def test_an_expression_gives_its_text(source: Source, document: Any, expected: str | None) -> None:
    value = evaluate(source, Payload(document, config=CONFIG))
    assert (value.text if value else None) == expected


@pytest.mark.parametrize(("condition", "document", "expected"), CONDITIONS)
def test_a_condition_holds_or_does_not(condition: Condition, document: Any, *, expected: bool) -> None:
    assert holds(condition, Payload(document)) is expected


@pytest.mark.parametrize(("form", "value", "expected"), TIMES)
def test_a_time_is_read_in_its_own_format(form: TimeFormat, value: Any, expected: str | None) -> None:
    time = evaluate_time(Instant("at", form), Payload({"at": value}))
    assert (time[0].isoformat() if time else None) == expected


@pytest.mark.parametrize("zone", ZONE_HOURS)
def test_the_name_of_a_zone_means_its_hours(zone: str) -> None:
    time = evaluate_time(Instant("at", TimeFormat.ZONE_NAME), Payload({"at": f"2026-03-02 14:00:00 {zone}"}))
    assert time is not None
    assert (14 - time[0].hour - 24 * (time[0].day - 2)) == ZONE_HOURS[zone]


@pytest.mark.parametrize(
    "moment",
    [
        ("missing", "b"),
        Instant(("missing", "b")),
        ("missing", Instant(Match("c", r"^seen at (.+)$"))),
        ("a", "b"),
    ],
)
def test_the_first_of_several_places_that_holds_a_time_is_read(moment: Moment) -> None:
    document = {"a": "no time", "b": "2026-03-02", "c": "seen at 2026-03-02"}
    time = evaluate_time(moment, Payload(document))
    assert time is not None
    assert time[0].isoformat() == "2026-03-02T00:00:00+00:00"


@given(document=DOCUMENTS)
def test_no_document_breaks_an_expression_a_condition_or_a_moment(document: Any) -> None:
    for source, _, _ in TEXTS:
        value = evaluate(source, Payload(document, config=CONFIG))
        assert value is None or value.text
    for condition, _, _ in CONDITIONS:
        assert holds(condition, Payload(document)) in {True, False}
    for form in TimeFormat:
        time = evaluate_time(Instant(("a", "b"), form), Payload(document))
        assert time is None or time[0].tzinfo is not None
