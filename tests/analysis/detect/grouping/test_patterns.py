"""Patterns: every issue in one group, ids that stay, the same result in any row order, reasons for each."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import fingerprint_issues
from causeloop_pipeline.analysis.detect.grouping.grouping_options import EVERY_GROUP
from causeloop_pipeline.analysis.detect.grouping.patterns import Grouping, group_issues
from causeloop_pipeline.model.frames import LINEAGE_SCHEMA, MEMBER_SCHEMA, PATTERN_SCHEMA
from tests.support.failure_texts import build_constraints, human_issues, issue_frame, machine_issues


def group(issues: pl.DataFrame, **more: object) -> Grouping:
    return group_issues(issues, fingerprint_issues(issues), **{"options": EVERY_GROUP, **more})  # type: ignore[arg-type]


def pattern_of(grouping: Grouping) -> dict[str, str]:
    return dict(grouping.members.select("issue_id", "pattern_id").iter_rows())


def issues_of_all_kinds() -> pl.DataFrame:
    humans = human_issues().with_columns(issue_id="h" + pl.col("issue_id"))
    no_text = issue_frame([{"source": "itsm", "service": "mail"} for _ in range(3)])
    return pl.concat([humans, machine_issues(), no_text.with_columns(issue_id="s" + pl.col("issue_id"))])


def test_machine_messages_human_texts_and_incidents_without_text_are_grouped_in_one_call() -> None:
    grouping = group(issues_of_all_kinds())
    assert grouping.patterns["kind"].value_counts().sort("kind").rows() == [
        ("human", 2),
        ("machine", 3),
        ("structured", 1),
    ]
    assert grouping.patterns.schema == PATTERN_SCHEMA
    assert grouping.members.schema == MEMBER_SCHEMA
    assert grouping.lineage.schema == LINEAGE_SCHEMA
    assert grouping.members["issue_id"].is_unique().all()


def test_a_single_issue_has_no_pattern_until_a_similar_one_comes() -> None:
    alone = human_issues(["Checkout fails with a timeout of the payment gateway"])
    assert group(alone).patterns.height == 0
    two = human_issues(["Checkout fails with a timeout of the payment gateway"] * 2)
    assert group(two).patterns["issue_count"].to_list() == [2]


def test_the_same_input_gives_the_same_bytes_in_any_row_order() -> None:
    issues = issues_of_all_kinds()
    first = group(issues)
    for seed in range(3):
        other = group(issues.sample(fraction=1.0, shuffle=True, seed=seed))
        assert other.patterns.equals(first.patterns)
        assert other.members.equals(first.members)
        assert other.index.to_bytes() == first.index.to_bytes()


def test_a_recompute_of_unchanged_input_changes_nothing() -> None:
    issues = issues_of_all_kinds()
    first = group(issues)
    again = group(issues, previous=first.members.select("issue_id", "pattern_id"))
    assert again.patterns.equals(first.patterns)
    assert again.members.equals(first.members)
    assert again.lineage.height == 0


def test_ids_of_before_are_kept_even_if_an_older_issue_arrives() -> None:
    issues = machine_issues()
    before = group(issues)
    older = issues.head(1).with_columns(
        issue_id=pl.lit("a-older"), source_created_at=pl.col("source_created_at").dt.offset_by("-9d")
    )
    after = group(pl.concat([issues, older]), previous=before.members.select("issue_id", "pattern_id"))
    assert set(after.patterns["pattern_id"]) == set(before.patterns["pattern_id"])


def test_names_say_what_recurs_and_where() -> None:
    names = sorted(group(machine_issues()).patterns["name"])
    assert names == [
        "Connection to … refused after … (db)",
        "Disk … is at … of its capacity (store)",
        "Worker … finished job … in … (queue)",
    ]
    assert max(map(len, group(human_issues(["word " * 60] * 2)).patterns["name"])) <= 120


def test_a_patterns_fingerprint_holds_what_its_members_share_with_each_share() -> None:
    issues = machine_issues().with_columns(team=pl.when(pl.int_range(pl.len()) % 4 < 3).then(pl.lit("core")))
    for shared in group(issues).patterns["fingerprint"]:
        assert shared["service"]["share"] == 1.0
        assert shared["team"]["share"] == pytest.approx(0.75)


def test_time_to_resolve_is_the_median_over_members_that_were_resolved() -> None:
    issues = machine_issues().with_columns(
        resolved_at=pl.when(pl.int_range(pl.len()) < 9).then(
            pl.col("source_created_at") + pl.duration(seconds=pl.int_range(pl.len()) // 3 * 60 + 60)
        )
    )
    assert set(group(issues).patterns["mttr_seconds"]) == {120}


def test_every_member_says_why_it_is_there() -> None:
    reasons = group(issues_of_all_kinds()).members["reason"].to_list()
    assert {reason["kind"] for reason in reasons} == {"template", "terms", "dimensions"}
    assert all(reason["text"] for reason in reasons)
    template = next(reason for reason in reasons if reason["kind"] == "template")
    assert template["slots"] == template["template"].count("<*>") > 0
    terms = next(reason for reason in reasons if reason["kind"] == "terms")
    assert terms["terms"][0].keys() == {"term", "weight"}


def test_a_member_knows_the_pattern_it_was_nearly_put_into_and_what_was_missing() -> None:
    titles = ["disk full on host alpha one", "disk full on host alpha two"]
    rows = [
        {"title": f"volume {at} of store is {state}", "source": "syslog"}
        for at in range(20)
        for state in ("Mounted", "Unmounted")
    ]
    grouping = group(issue_frame([*rows, *({"title": title} for title in titles)]))
    near = grouping.members.drop_nulls("nearest_pattern_id")
    assert near.height
    assert near["nearest_missing"].null_count() == 0
    assert near.filter(pl.col("nearest_pattern_id") == pl.col("pattern_id")).height == 0


def test_what_users_link_belongs_together_and_says_that_a_user_linked_it() -> None:
    issues = human_issues()
    grouping = group(issues, constraints=build_constraints(("must", "i0004", "i0006")))
    assert pattern_of(grouping)["i0004"] == pattern_of(grouping)["i0006"]
    reason = grouping.members.filter(pl.col("issue_id") == "i0004")["reason"][0]
    assert (reason["kind"], reason["with"]) == ("person", "i0006")


def test_what_users_take_out_leaves_alone_and_new_events_like_it_stay_with_the_others() -> None:
    issues = machine_issues()
    taken = "i0000"
    rest = issues.filter(pl.col("title").str.starts_with("Connection") & (pl.col("issue_id") != taken))[
        "issue_id"
    ]
    constraints = build_constraints(*(("cannot", taken, other) for other in rest))
    like_it = issues.filter(pl.col("issue_id") == taken).with_columns(issue_id=pl.lit("later"))
    pattern_of_issue = pattern_of(group(pl.concat([issues, like_it]), constraints=constraints))
    assert taken not in pattern_of_issue
    assert len({pattern_of_issue[other] for other in [*rest, "later"]}) == 1


def test_errors_with_the_same_stack_are_one_pattern_and_those_with_another_are_not() -> None:
    def trace(module: str, *functions: str) -> str:
        calls = [f'  File "/srv/app/{module}.py", line 3, in {name}' for name in functions]
        return "\n".join(["Traceback (most recent call last):", *calls, "ValueError: no card"])

    pay = trace("pay", "handle_order", "charge_card", "open_gateway", "send_request")
    mail = trace("mail", "deliver_batch", "render_letter", "find_address", "read_book")
    rows = [{"title": f"Error number {at}", "body": pay} for at in range(2)]
    pattern_of_issue = pattern_of(group(issue_frame([*rows, {"title": "Error number 9", "body": mail}])))
    assert pattern_of_issue["i0000"] == pattern_of_issue["i0001"]
    assert pattern_of_issue.get("i0002") != pattern_of_issue["i0000"]


@pytest.mark.parametrize("size", [3, 6, 10])
def test_a_report_that_quotes_two_groups_does_not_bridge_them(size: int) -> None:
    checkout = [
        f"Checkout timeout at the payment gateway during card authorization step {at}" for at in range(size)
    ]
    upload = [
        f"Avatar upload rejects large PNG images with a codec failure in thumbnails {at}"
        for at in range(size)
    ]
    bridge = (
        "Checkout timeout payment gateway card authorization and avatar upload rejects PNG codec thumbnails"
    )
    pattern_of_issue = pattern_of(group(human_issues([*checkout, bridge, *upload])))
    ids = list(human_issues([*checkout, bridge, *upload])["issue_id"])
    assert {pattern_of_issue.get(issue, issue) for issue in ids[:size]}.isdisjoint(
        pattern_of_issue.get(issue, issue) for issue in ids[size + 1 :]
    )


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.sampled_from(human_issues()["title"].to_list()), min_size=1, max_size=12), st.integers(0, 5)
)
def test_every_issue_is_in_at_most_one_pattern_of_two_or_more(titles: list[str], seed: int) -> None:
    issues = human_issues(titles).sample(fraction=1.0, shuffle=True, seed=seed)
    grouping = group(issues)
    assert grouping.members["issue_id"].is_unique().all()
    counted = grouping.members.group_by("pattern_id").len().sort("pattern_id")
    assert counted["len"].cast(pl.Int64).to_list() == grouping.patterns["issue_count"].to_list()
    assert (counted["len"] >= 2).all()
