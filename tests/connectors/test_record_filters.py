"""Filters keep what counts, and what they cannot judge."""

import pytest

from causeloop_pipeline.connectors.record_filters import (
    NO_WISH,
    Among,
    Both,
    Filled,
    Named,
    Unlike,
    explain,
)

FAILED = Among("result.state", ("failed", "error"))
DEPLOYING = Both(Among("state", ("passed",)), Named(("pipeline.name", "url")))


@pytest.mark.parametrize("state", ["failed", "FAILED", "Error"])
def test_a_word_counts_whatever_its_case(state):
    assert FAILED({"result": {"state": state}})


@pytest.mark.parametrize("state", ["passed", "", None, 0, ["failed"]])
def test_a_record_that_says_something_else_or_nothing_yet_is_left_out(state):
    assert not FAILED({"result": {"state": state}})


@pytest.mark.parametrize("record", [{}, {"result": None}, {"result": ["failed"]}, {"name": "a team"}])
def test_a_record_without_the_field_is_kept_so_that_it_is_set_aside_with_a_reason(record):
    assert FAILED(record)


def test_a_build_counts_as_a_deployment_by_any_of_its_names():
    assert DEPLOYING({"state": "passed", "pipeline": {"name": "Deploy shop"}, "url": "https://ci.example/1"})
    assert DEPLOYING({"state": "passed", "pipeline": {"name": "shop"}, "url": "https://ci.example/release/1"})
    assert not DEPLOYING({"state": "passed", "pipeline": {"name": "shop"}, "url": "https://ci.example/1"})
    assert not DEPLOYING({"state": "failed", "pipeline": {"name": "Deploy shop"}})


@pytest.mark.parametrize("tracker", ["Feature", "feature request", "Evolution / Évolution"])
def test_a_wish_is_not_a_failure(tracker):
    assert not NO_WISH({"tracker": {"name": tracker}})


@pytest.mark.parametrize("record", [{"tracker": {"name": "Bug"}}, {"tracker": {}}, {}])
def test_what_is_not_called_a_wish_counts(record):
    assert NO_WISH(record)


def test_what_a_filter_leaves_out_it_says_why():
    keep = Both(Filled("run"), Both(Among("run.status", ("failed",)), Named(("name",), "deploy|release")))
    reasons = {
        explain(keep, record)
        for record in (
            {"name": "deploy"},
            {"name": "deploy", "run": {"status": "SUCCEEDED"}},
            {"name": "tests", "run": {"status": "failed"}},
        )
    }
    assert reasons == {"no run", "run.status is succeeded", "no name with deploy, release"}
    assert explain(Unlike("tracker", "feature"), {"tracker": "Feature"}) == "tracker is Feature"
    assert explain(lambda _: False, {}) == "no failure by the rules of the type"
