"""Recommendations: ranked, specific, honest about their numbers, and the same each time."""

import re

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from causeloop_pipeline.analysis.act.playbook import CODE_LINE, PLAYBOOK, WHAT_HELD
from causeloop_pipeline.analysis.act.recommendations import find_least_probability
from causeloop_pipeline.analysis.detect.clusters.error_families import FAMILIES
from causeloop_pipeline.model.frames import RECOMMENDATION_SCHEMA
from causeloop_pipeline.model.recommendation import RecommendationType
from tests.support.advising import TRACE, advise, advise_fully, existing, failing, in_one_cluster
from tests.support.pattern_frames import issue, predictions

TEXTS = {
    "timeout": "GET /ledger: read timed out after 30 s",
    "certificate_expiry": "x509: certificate has expired or is not yet valid",
    "build_pipeline": "build failed in job package",
    "disk_full": "write /var/lib/data: no space left on device",
    "out_of_memory": "pod ledger-7 OOMKilled",
    "connection_pool": "FATAL: remaining connection slots are reserved, too many connections",
    "schema_migration": 'column "total" does not exist',
    "deadlock": "deadlock detected while updating orders",
    "rate_limit": "HTTP 429 Too Many Requests from provider",
    "dns": "getaddrinfo ENOTFOUND db.internal",
    "permission": "Access denied: not authorized to perform s3:GetObject",
    "authentication": "login failed: invalid credentials for service account",
    "third_party": "upstream provider outage: payments unavailable",
    "network": "connection reset by peer",
    "queue_backlog": "consumer lag above 100000 on topic orders",
    "scheduled_job": "nightly batch job did not finish",
    "flaky_test": "flaky test test_checkout in main",
    "bad_deploy": "errors after deploy of release 4.2, rolled back",
    "configuration": "invalid configuration: missing setting LEDGER_URL",
    "missing_resource": "No such file or directory: template.html",
    "null_reference": "TypeError: Cannot read properties of undefined",
    "data_quality": "malformed record in import, row rejected",
    "capacity": "high CPU usage on ledger nodes",
    "hardware": "DIMM failure: uncorrectable memory",
    "replication": "replication lag above 60 s",
    "process_crash": "worker process crashed with exit code 3",
    "cache": "stale cache after invalidation",
    "human_request": "please reset my password, password reset needed",
}  # fmt: skip


def test_every_family_has_a_remedy_and_every_remedy_a_family() -> None:
    assert {*FAMILIES, CODE_LINE, WHAT_HELD} == set(PLAYBOOK)
    assert set(TEXTS) == set(FAMILIES)
    assert {remedy.type for remedy in PLAYBOOK.values()} <= set(RecommendationType)


@pytest.mark.parametrize(("family", "text"), TEXTS.items())
def test_each_kind_of_failure_is_read_from_its_words_and_gets_its_own_remedy(family: str, text: str) -> None:
    row = advise({"p": failing("p", text)}).row(0, named=True)
    assert row["type"] == PLAYBOOK[family].type
    assert row["effort"] == PLAYBOOK[family].effort
    assert row["title"].startswith(PLAYBOOK[family].title.split("{")[0])
    assert len(row["steps"]) >= len(PLAYBOOK[family].steps) + 2


@pytest.mark.parametrize("text", ["deploy ok", "customer asks for a quote", "🔥🔥"])
def test_text_that_names_no_failure_gets_no_fix(text: str) -> None:
    advice = advise_fully({"p": failing("p", text)})
    assert advice.recommendations.is_empty()
    assert advice.unexplained.pattern_ids == ["p"]


def test_ranks_run_from_one_without_ties_or_gaps_by_falling_score() -> None:
    patterns = {
        f"p{n}": failing(f"p{n}", "read timed out", 3 + n % 4, service=f"shop {n}") for n in range(12)
    }
    recommendations = advise(patterns)
    assert recommendations.schema == RECOMMENDATION_SCHEMA
    assert recommendations["rank"].to_list() == list(range(1, 13))
    assert recommendations["score"].is_sorted(descending=True)


def test_more_frequent_failures_rank_higher() -> None:
    recommendations = advise(
        {"rare": failing("rare", "a: read timed out"), "often": failing("often", "b: read timed out")},
        {"rare": 0.1, "often": 0.8},
    )
    assert recommendations["pattern_ids"].to_list() == [["often"], ["rare"]]


def test_an_estimate_lies_within_its_interval_and_follows_the_prediction() -> None:
    less_likely, likelier = (
        advise({"p": failing("p", "read timed out")}, {"p": chance}).row(0, named=True)
        for chance in (0.3, 0.8)
    )
    for row in (less_likely, likelier):
        assert 0 <= row["expected_low"] <= row["expected_loops_prevented"] <= row["expected_high"]
    assert likelier["expected_loops_prevented"] > less_likely["expected_loops_prevented"]
    assert less_likely["expected_loops_prevented"] == pytest.approx(0.6 * 90 * 0.35667 / 30, rel=1e-3)


def test_steps_and_reasons_name_what_was_seen_with_counts() -> None:
    row = advise({"p": failing("p", "NullPointerException in cart", 12, body=TRACE, service="checkout")}).row(
        0, named=True
    )
    plan = "\n".join(row["steps"])
    assert "java.lang.NullPointerException" in row["title"]
    assert "(all with service checkout" in plan
    assert "P-11" in plan
    assert "com.acme.Cart.total: all of the last 5 traces" in plan
    assert row["rationale"].startswith("All of the last 5 traces fail at com.acme.Cart.total")
    assert "12 issues on 12 days" in row["rationale"]
    assert "so a fix prevents about 2, 0 to 3 (80 % interval)" in row["rationale"]
    assert not re.search(r"\{\w*\}", plan + row["title"])


def test_the_hours_at_which_a_pattern_occurs_enter_the_plan_when_enough_was_seen() -> None:
    when = [{"weekday": "monday", "hours": "00-06", "share": 0.6, "lift": 4.0}]
    rows = {"p": failing("p", "read timed out after 3 s", 12)}
    enough = predictions({"p": 0.5}, likely_when=when, event_count=12)
    few = predictions({"p": 0.5}, likely_when=when, event_count=4)
    assert "Mondays between 00:00 and 06:00: about 60 % of" in "\n".join(
        advise(rows, foreseen=enough)["steps"][0]
    )
    assert "Monday" not in "\n".join(advise(rows, foreseen=few)["steps"][0])


def test_a_place_is_named_only_if_half_of_the_issues_are_from_there() -> None:
    scattered = [issue(f"p-{n}", 20 + n * 50, title="read timed out", service=f"s{n}") for n in range(3)]
    row = advise({"p": scattered}).row(0, named=True)
    assert row["title"] == "Bound and align the timeouts of the affected systems: “read timed out”"


def test_changes_that_nearly_all_occurrences_follow_lead_the_advice() -> None:
    text = "7 of 9 occurrences came within 12 hours after a deploy of ledger (1.2 expected by chance)"
    evidence = [{"kind": "deploy", "text": text, "count": 7, "of": 9}]
    row = advise(
        {"p": failing("p", "an odd thing")}, foreseen=predictions({"p": 0.5}, evidence=evidence)
    ).row(0, named=True)
    assert row["title"] == (
        "Make releases of ledger safe to fail: 7 of 9 failures came within 12 h after a deploy of ledger"
    )
    assert row["rationale"].startswith(text)
    assert row["steps"][0].startswith("Compare the releases it followed with those it did not follow: 7 of 9")
    assert "Set the failures beside the releases" not in "\n".join(row["steps"])  # it has been done


def test_changes_that_few_occurrences_follow_are_a_step_and_no_diagnosis() -> None:
    evidence = [{"kind": "deploy", "text": "3 of 30 occurrences came after a deploy", "count": 3, "of": 30}]
    foreseen = predictions({"p": 0.5}, evidence=evidence)
    assert advise({"p": failing("p", "an odd thing")}, foreseen=foreseen).is_empty()
    row = advise({"p": failing("p", "read timed out")}, foreseen=foreseen).row(0, named=True)
    assert row["steps"][0] == "Look at that change: 3 of 30 occurrences came after a deploy."


def test_patterns_of_one_cluster_with_the_same_remedy_are_fixed_together() -> None:
    rows = {"p": failing("p", "read timed out", 9), "q": failing("q", "write timed out", 4)}
    row = advise(rows, cluster_members=in_one_cluster("p", "q")).row(0, named=True)
    alone = advise(rows)
    assert row["pattern_ids"] == ["p", "q"]
    assert alone.height == 2
    assert row["expected_loops_prevented"] == pytest.approx(alone["expected_loops_prevented"].sum(), abs=0.01)


def test_bugs_in_code_are_fixed_one_by_one_even_in_one_cluster_and_under_titles_of_their_own() -> None:
    rows = {"p": failing("p", "NullPointerException in a"), "q": failing("q", "NullPointerException in b")}
    assert advise(rows, cluster_members=in_one_cluster("p", "q"))["title"].n_unique() == 2


def test_an_id_stays_when_patterns_join_and_differs_between_workspaces() -> None:
    rows = {"q": failing("q", "write timed out", 4)}
    before = advise(rows)
    earlier = existing(recommendation_id=before["recommendation_id"][0], status="in_progress")
    more = {"a": [issue("a-0", 0, title="read timed out"), issue("a-1", 3, title="read timed out")]} | rows
    after = advise(more, cluster_members=in_one_cluster("a", "q"), existing=earlier)
    assert after["recommendation_id"].to_list() == before["recommendation_id"].to_list()
    assert advise(rows, namespace="v")["recommendation_id"][0] != before["recommendation_id"][0]


@pytest.mark.parametrize(
    ("status", "verdict", "comes_back"),
    [
        ("pending", None, True),
        ("in_progress", None, True),
        ("dismissed", None, False),
        ("implemented", None, False),
        ("implemented", "held", False),
        ("implemented", "not_provable_yet", False),
        ("implemented", "failed", True),
        ("implemented", "moved", True),
    ],
)
def test_what_was_dismissed_or_done_stays_away_until_its_proof_fails(
    status: str, verdict: str | None, comes_back: bool
) -> None:
    rows = {"p": failing("p", "read timed out")}
    earlier = existing(
        recommendation_id=advise(rows)["recommendation_id"][0],
        status=status,
        type="config_change",
        verdict=verdict,
    )
    assert (advise(rows, existing=earlier).height == 1) is comes_back


def test_proofs_of_earlier_fixes_change_the_chance_that_the_next_one_holds() -> None:
    rows = {"p": failing("p", "read timed out")}

    def after(verdict: str) -> float:
        earlier = pl.DataFrame(
            {
                "recommendation_id": [f"r{n}" for n in range(10)],
                "status": ["implemented"] * 10,
                "type": ["config_change"] * 10,
                "verdict": [verdict] * 10,
            }
        )
        recommendations = advise(rows, existing=earlier).row(0, named=True)
        assert "10 fixes proven here" in recommendations["rationale"]
        return float(recommendations["expected_loops_prevented"])

    assert after("failed") < advise(rows)["expected_loops_prevented"][0] < after("held")


def test_resolved_patterns_and_single_issues_need_no_advice() -> None:
    assert advise({"p": failing("p", "read timed out", 1)}).is_empty()
    resolved = pl.lit("resolved").alias("status")
    assert advise({"p": failing("p", "read timed out")}, changed=resolved).is_empty()


def test_an_emerging_pattern_is_advised_with_a_word_of_caution() -> None:
    row = advise({"p": failing("p", "read timed out")}, changed=pl.lit("emerging").alias("status")).row(
        0, named=True
    )
    assert "still emerging (confidence 0.90)" in row["rationale"]


def test_a_high_benefit_at_low_effort_is_a_quick_win() -> None:
    recommendations = advise({"p": failing("p", "x509 certificate has expired", 20)}, {"p": 0.8})
    assert recommendations["impact"].to_list() == ["quick_win"]
    assert advise({"p": failing("p", "DIMM failure", 20)}, {"p": 0.95})["impact"].to_list() == ["high"]
    assert advise({"p": failing("p", "read timed out", 2)}, {"p": 0.1})["impact"].to_list() == ["medium"]


def test_a_pattern_without_a_prediction_gets_no_advice_and_no_number() -> None:
    advice = advise_fully({"p": failing("p", "read timed out", 12)}, {"p": None})
    assert advice.recommendations.is_empty()
    assert advice.investigations.is_empty()
    assert advice.unexplained.pattern_ids == []


def test_each_factor_of_the_expected_prevention_has_its_source_and_their_product_is_the_estimate() -> None:
    row = advise({"p": failing("p", "read timed out")}).row(0, named=True)
    without_fix, hold = row["factors"]
    assert row["expected_loops_prevented"] == pytest.approx(without_fix["value"] * hold["value"], rel=1e-3)
    assert without_fix["source"] == "The forecast (60 % within 30 days), and 5 days with it in 180 days."
    assert hold["source"] == "Assumed, until fixes are proven here."


def test_row_order_changes_not_a_byte() -> None:
    rows = {f"p{n}": failing(f"p{n}", "read timed out" if n % 2 else "disk full", 3 + n) for n in range(6)}
    reversed_rows = {key: list(reversed(value)) for key, value in reversed(rows.items())}
    assert_frame_equal(advise(rows), advise(reversed_rows))


names = st.one_of(
    st.text(max_size=60), st.sampled_from([*TEXTS.values(), "{place} {error} {0}", "%s", "<b>x</b>"])
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(names, st.integers(1, 6), st.one_of(st.none(), st.floats(0, 1))), max_size=6))
def test_any_names_and_chances_give_a_gapless_ranking(described: list[tuple[str, int, float | None]]) -> None:
    rows = {f"p{n}": failing(f"p{n}", name, count) for n, (name, count, _) in enumerate(described)}
    if not rows:
        return
    recommendations = advise(rows, {f"p{n}": chance for n, (_, _, chance) in enumerate(described)})
    assert recommendations["rank"].to_list() == list(range(1, recommendations.height + 1))
    assert recommendations["recommendation_id"].n_unique() == recommendations.height
    for row in recommendations.iter_rows(named=True):
        assert 0 <= row["expected_low"] <= row["expected_loops_prevented"] <= row["expected_high"]
        assert row["steps"]
        assert len(row["title"]) <= 160


@settings(deadline=None)
@given(st.floats(0, 1), st.sampled_from([7, 14, 30, 90]), st.floats(0, 1))
def test_below_the_least_probability_nothing_is_recommended_and_a_little_above_it_something_is(
    share: float, window: int, confidence: float
) -> None:
    patterns = {"p": failing("p", "Disk full on node 7")}
    least = find_least_probability(window)

    def advise_at(probability: float, sure: float) -> pl.DataFrame:
        foreseen = predictions({"p": probability}).with_columns(window_days=pl.lit(window, pl.Int64))
        return advise(patterns, foreseen=foreseen, changed=pl.lit(sure).alias("confidence"))

    assert advise_at(least * share * 0.999, confidence).is_empty()
    assert advise_at(least * 1.002, 0.9).height == 1
