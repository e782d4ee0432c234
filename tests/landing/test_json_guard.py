import contextlib
import json
import math
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causeloop_pipeline.landing.json_guard import MAX_BYTES, GuardError, check_values, parse_json
from causeloop_pipeline.model.raw_record import canonical_json, payload_hash

characters = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(characters)
)
keys = st.text(characters, max_size=8)
documents = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4)
)


@settings(deadline=None)
@given(documents, st.booleans())
def test_what_is_acceptable_is_not_changed(document, escaped):
    assert parse_json(json.dumps(document, ensure_ascii=escaped).encode()) == document


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_a_value_or_a_reason(raw):
    try:
        value = parse_json(raw)
    except GuardError:
        return
    assert parse_json(canonical_json(value)) == value


@pytest.mark.parametrize(
    "digits", ["18446744073709551616", "9007199254740993", "-9223372036854775809", "1" * 4000]
)
def test_integers_stay_exact(digits):
    assert parse_json(f'{{"n": {digits}}}'.encode()) == {"n": int(digits)}


@pytest.mark.parametrize(
    "raw",
    [
        rb'"\ud800"',
        rb'{"a": ["\udc00\ud800"]}',
        rb'{"\ud800": 1}',
        rb'{"n": 18446744073709551616, "t": "\ud800"}',
        b"NaN",
        b"[Infinity]",
        b"[-Infinity]",
        b"1e400",
        b"9" * 5000,
        b"[" * 66 + b"]" * 66,
        b"[" * 2000 + b"]" * 2000,
        b"[" * 200_000,
        b'{"a":' * 100 + b"1" + b"}" * 100,
        "{}".encode("utf-16"),
        b'"\xff"',
        b'"\x00"',
        b"{'a': 1}",
        b'{"a": 1,}',
        b"",
        b'"' + b"a" * MAX_BYTES + b'"',
    ],
)
def test_what_cannot_be_stored_is_refused_with_a_reason(raw):
    with pytest.raises(GuardError) as refused:
        parse_json(raw)
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (rb'"a\u0000b"', "a\ufffdb"),
        (rb'{"k\u0000": ["\u0000"]}', {"k\ufffd": ["\ufffd"]}),
        (b"\xef\xbb\xbf{}", {}),
        (rb'"a\\u0000b"', r"a\u0000b"),
        (rb'"\\\u0000"', "\\\ufffd"),
        (rb'"\ud83d\ude00"', "😀"),
        (b"[" * 64 + b"]" * 64, None),
    ],
)
def test_what_can_be_stored_is_accepted(raw, value):
    parsed = parse_json(raw)
    assert parsed == value or value is None


def test_the_canonical_json_does_not_depend_on_the_order_of_keys():
    assert payload_hash({"a": 1, "b": {"c": 2, "d": 3}}) == payload_hash({"b": {"d": 3, "c": 2}, "a": 1})
    assert payload_hash({"a": 2**70, "b": "ü"}) == payload_hash({"b": "ü", "a": 2**70})
    assert payload_hash({"a": 1}) != payload_hash({"a": 1.5})
    assert math.isfinite(parse_json(b"1e308"))


def count_values(value: object) -> int:
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return 1 + sum(map(count_values, children))


TRICKY_TEXTS = st.text(alphabet=st.sampled_from(',[{"\\:]}x'), max_size=12)
DOCUMENTS = st.recursive(
    TRICKY_TEXTS | st.integers() | st.none(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TRICKY_TEXTS, inner, max_size=4),
    max_leaves=25,
)


@given(DOCUMENTS)
def test_values_are_counted_without_being_made_and_never_too_low(document):
    raw, values = json.dumps(document).encode(), count_values(document)

    check_values(raw, max_values=2 * values)  # an empty container may count twice
    if values > 1:
        with pytest.raises(GuardError, match="more than"):
            check_values(raw, max_values=values - 1)


@pytest.mark.parametrize(
    "raw",
    [
        b"[" + b"[]," * 500_000 + b"[]]",
        json.dumps({f"f{number}": 1 for number in range(200_000)}).encode(),
        b'["' * 500_000,
        b'"' + b'\\"' * 700_000 + b"\\",
        b'["",' + b'"",' * 400_000 + b'""]',
    ],
    ids=["lists", "names", "open texts", "escaped quotes", "empty texts"],
)
def test_counting_takes_no_longer_than_reading(raw):
    started = time.process_time()
    with contextlib.suppress(GuardError):
        check_values(raw, max_values=10_000)

    assert time.process_time() - started < 1
