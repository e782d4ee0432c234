"""A defect is reported by its kind and place, and never by what it quotes."""

import psycopg
import pytest

from causeloop_pipeline.connectors.spec import TimeFormat
from causeloop_pipeline.landing.timestamps import TimestampError, parse_timestamp
from causeloop_pipeline.stages.defects import describe_defect, describe_failure_kind, write_defect_message

SECRET = "planted words of a customer"


def failure_in_our_code() -> Exception:
    with pytest.raises(TimestampError) as raised:
        parse_timestamp(SECRET, TimeFormat.ISO)
    return raised.value


def test_a_defect_names_its_kind_and_the_line_of_our_code_but_not_its_message() -> None:
    line = describe_defect(failure_in_our_code())

    assert " at landing/timestamps.py:" in line
    assert SECRET not in line


def test_a_defect_outside_our_code_has_no_place() -> None:
    assert describe_defect(ValueError(SECRET)) == "ValueError"


def test_an_error_of_the_database_names_its_state() -> None:
    assert describe_failure_kind(psycopg.errors.UniqueViolation(SECRET)) == "UniqueViolation 23505"


def test_users_see_that_it_is_a_defect_and_where_to_look() -> None:
    assert (
        write_defect_message(KeyError(SECRET))
        == "unexpected KeyError: this is a defect, see the pipeline's log"
    )
