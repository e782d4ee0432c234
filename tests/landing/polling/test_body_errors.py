"""Errors that a tool reports in the body of its answer."""

import pytest

from causeloop_pipeline.connectors.spec import BodyError
from causeloop_pipeline.landing.polling.body_errors import find_reported_error


@pytest.mark.parametrize("nothing", [None, False, 0, "", [], {}])
def test_an_answer_that_says_there_is_no_error_reports_none(nothing: object) -> None:
    """Rollbar's answers hold `err: 0`: it could never be polled while that counted as an error."""
    assert find_reported_error(BodyError(path="err"), {"err": nothing}) is None


@pytest.mark.parametrize(
    ("value", "reported"), [(1, "1"), (True, "true"), ("denied", "denied"), ([{"message": "slow"}], "slow")]
)
def test_anything_else_is_an_error(value: object, reported: str) -> None:
    assert find_reported_error(BodyError(path="err"), {"err": value}) == reported
