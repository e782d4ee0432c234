import pytest

from tests.offenders import assert_no_offenders, compare


def find_odd(number):
    if number < 0:
        raise ValueError("negative")
    if number % 2:
        yield f"{number} is odd"


def test_every_offender_is_listed_also_after_one_that_raises():
    with pytest.raises(AssertionError) as failure:
        assert_no_offenders({"one": 1, "two": 2, "minus": -4, "three": 3}, find_odd)

    text = str(failure.value)
    assert text.startswith("3 against the rule:\none: 1 is odd\nminus: ValueError: negative (")
    assert "three: 3 is odd" in text
    assert "two" not in text


def test_what_holds_everywhere_passes_and_nothing_to_look_at_does_not():
    assert_no_offenders([2, 4], find_odd)
    with pytest.raises(AssertionError, match="nothing to look at"):
        assert_no_offenders([], find_odd)


def test_mappings_are_compared_field_by_field():
    expected = {"a": 1, "b": {"c": 2, "d": 3}, "e": 4}
    assert list(compare(expected, expected)) == []
    assert list(compare(expected, {"a": 1, "b": {"c": 5, "d": 3}, "f": 6}, "issue")) == [
        "issue.b.c: expected 2, found 5",
        "issue.e is missing, expected 4",
        "issue.f is not expected, found 6",
    ]
