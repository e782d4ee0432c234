"""Of what payloads hold, how much is read: a payload without a severity counts against nobody."""

from fractions import Fraction

from causeloop_pipeline.landing.field_coverage import measure_share_filled, measure_share_read
from causeloop_pipeline.landing.record_meaning import RecordMeaning


def issue(*filled: str, unread: tuple[str, ...] = ()) -> RecordMeaning:
    return RecordMeaning("issue", "any", dict.fromkeys(filled, "x"), unread=unread)


READ = issue("title", "severity_value")
WITHOUT = issue("title", unread=("labels.0", "importance_of_nothing"))
LEFT_UNREAD = issue("title", unread=("alert.severity_level",))


def test_a_field_that_no_payload_holds_is_not_missed() -> None:
    assert measure_share_read([READ, WITHOUT], "severity_value") == 1
    assert measure_share_read([READ, WITHOUT, LEFT_UNREAD], "severity_value") == Fraction(1, 2)
    assert measure_share_read([WITHOUT], "severity_value") is None


def test_the_share_of_filled_fields_counts_all_records() -> None:
    assert measure_share_filled([READ, WITHOUT], ["severity_value", "severity"]) == Fraction(1, 2)
    assert measure_share_filled([], ["title"]) is None
