"""Recommendations are ranked again and again, while users work on them."""

import random
from datetime import UTC, datetime
from uuid import UUID

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from causeloop_pipeline.analysis.act.recommendations import find_least_probability
from causeloop_pipeline.model.frames import RECOMMENDATION_SCHEMA
from causeloop_pipeline.storage.act.recommendations import (
    SELECT_CANDIDATES,
    read_candidates,
    read_fixes,
    read_implemented_recommendations,
    read_recommendation_states,
    write_ranking,
)
from causeloop_pipeline.storage.database.session import Database, Session
from causeloop_pipeline.storage.predict.predictions import append_predictions
from tests.storage.stored import new_id, pattern, prediction
from tests.support.advising import advise, failing
from tests.support.pattern_frames import build_pattern_frames, predictions

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def ranking(*ids: str) -> pl.DataFrame:
    rows = [
        {
            "recommendation_id": identity,
            "rank": place,
            "title": "Fix it",
            "type": "code_fix",
            "effort": "low",
            "impact": "high",
            "expected_loops_prevented": 1.0,
            "expected_low": 0.5,
            "expected_high": 2.0,
            "pattern_ids": [new_id()],
            "steps": ['Say "stop", then {wait}'],
            "rationale": "because",
            "score": 1.0,
        }
        for place, identity in enumerate(ids, 1)
    ]
    return pl.DataFrame(rows, schema=RECOMMENDATION_SCHEMA)


def ranks(session: Session) -> dict[str, int | None]:
    rows = session.rows("select recommendation_id::text as id, rank from act.recommendation")
    return {row["id"]: row["rank"] for row in rows}


def test_ranks_may_be_swapped_and_pending_recommendations_without_a_rank_are_deleted(
    database: Database, workspace_id: UUID
) -> None:
    a, b, c = new_id(), new_id(), new_id()
    with database.workspace(workspace_id) as session:
        write_ranking(session, workspace_id, ranking(a, b), NOW)
    with database.workspace(workspace_id) as session:
        write_ranking(session, workspace_id, ranking(b, c), NOW)
        assert ranks(session) == {b: 1, c: 2}
        assert session.row("select steps from act.recommendation limit 1") == {
            "steps": ['Say "stop", then {wait}']
        }


def test_a_recommendation_that_users_work_on_keeps_its_status_and_outlives_its_rank(
    database: Database, workspace_id: UUID
) -> None:
    a, b = new_id(), new_id()
    with database.workspace(workspace_id) as session:
        write_ranking(session, workspace_id, ranking(a, b), NOW)
        session.execute(
            "update act.recommendation set status = 'implemented' where recommendation_id = %s", (a,)
        )
        write_ranking(session, workspace_id, ranking(b, a), NOW)
        write_ranking(session, workspace_id, ranking(b), NOW)
        assert ranks(session) == {a: None, b: 1}
        states = read_recommendation_states(session, workspace_id)
        assert dict(states.select("recommendation_id", "status").iter_rows()) == {
            a: "implemented",
            b: "pending",
        }


def test_the_worst_proof_counts_and_withdrawn_fixes_are_not_read(
    database: Database, workspace_id: UUID
) -> None:
    a = new_id()
    with database.workspace(workspace_id) as session:
        write_ranking(session, workspace_id, ranking(a), NOW)
        session.execute("update act.recommendation set status = 'implemented'")
        for verdict in ("held", "failed", "partly"):
            session.execute(
                "insert into act.proof (workspace_id, recommendation_id, pattern_id, verdict, events_before, "
                "days_before, events_after, days_after, text, computed_at) "
                "values (%s, %s, %s, %s, 1, 1, 1, 1, '', now())",
                (workspace_id, a, new_id(), verdict),
            )
        session.execute(
            "insert into act.fix (workspace_id, recommendation_id, pattern_id, fixed_at, "
            "expected_loops_prevented, claimed_by) values (%s, %s, %s, %s, 1, 'me')",
            (workspace_id, a, new_id(), NOW),
        )
        assert read_recommendation_states(session, workspace_id)["verdict"].to_list() == ["failed"]
        assert read_implemented_recommendations(session, workspace_id)["implemented_at"].to_list() == [NOW]
        assert read_fixes(session, workspace_id).height == 1
        session.execute("update act.fix set withdrawn_at = now()")
        assert read_implemented_recommendations(session, workspace_id).is_empty()
        assert read_fixes(session, workspace_id).is_empty()


CANDIDATE_ID = pl.Schema({"pattern_id": pl.String()})


def read_candidate_ids(session: Session, workspace_id: UUID) -> list[str]:
    least = find_least_probability(30)
    return read_candidates(session, workspace_id, 30, least, CANDIDATE_ID)["pattern_id"].to_list()


@pytest.mark.parametrize("seed", range(8))
def test_what_is_recommended_for_the_candidates_is_what_is_recommended_for_all_patterns(
    seed: int, database: Database, workspace_id: UUID
) -> None:
    generator = random.Random(seed)
    names = [new_id() for _ in range(40)]
    failures = {
        name: failing(name, f"Disk full on node {n}", generator.randint(1, 9)) for n, name in enumerate(names)
    }
    states = {name: generator.choice(["active", "emerging", "resolved"]) for name in names}
    sure = {name: generator.random() for name in names}
    chances = {name: generator.choice([None, generator.random() ** 4]) for name in names[3:]}
    failures[names[9]] = failing(names[9], "Disk full on node 9", 6)
    states[names[9]], sure[names[9]], chances[names[9]] = "active", 0.9, 0.8
    changed = pl.struct(
        status=pl.col("pattern_id").replace_strict(states),
        confidence=pl.col("pattern_id").replace_strict(sure),
    ).struct.unnest()
    stored = build_pattern_frames(failures)[0].with_columns(
        changed,
        workspace_id=pl.lit(str(workspace_id)),
        kind=pl.lit("machine"),
        occurrence_count=pl.col("issue_count"),
    )
    with database.workspace(workspace_id) as session:
        session.insert("detect.pattern", stored)
        for name, chance in chances.items():
            of_each_window = [
                prediction(name, 30, chance),
                prediction(name, 7, 0.0),
                prediction(name, 90, 1.0),
            ]
            append_predictions(session, workspace_id, pl.concat(of_each_window), NOW)
        candidates = read_candidate_ids(session, workspace_id)

    foreseen = predictions(chances)
    of_all = advise(failures, foreseen=foreseen, changed=changed)
    of_candidates = advise({name: failures[name] for name in candidates}, foreseen=foreseen, changed=changed)
    assert len(candidates) < len(names)
    assert not of_all.is_empty()
    assert_frame_equal(of_candidates, of_all)


def test_a_candidate_is_open_and_not_known_to_be_unlikely(database: Database, workspace_id: UUID) -> None:
    likely, unlikely, unknown, untold, resolved = (new_id() for _ in range(5))
    with database.workspace(workspace_id) as session:
        for name in (likely, unlikely, unknown, untold, resolved):
            status = "resolved" if name == resolved else "active"
            row = pattern(name, status=status).with_columns(workspace_id=pl.lit(str(workspace_id)))
            session.insert("detect.pattern", row)
        for name, chance in {likely: 0.5, unlikely: 0.05, unknown: None, resolved: 0.5}.items():
            append_predictions(session, workspace_id, prediction(name, 30, chance), NOW)

        assert read_candidate_ids(session, workspace_id) == sorted([likely, unknown, untold])


def test_even_a_planner_that_would_look_at_all_rows_for_each_row_finds_the_candidates_at_once(
    database: Database, workspace_id: UUID
) -> None:
    parameters = {"workspace_id": workspace_id, "window_days": 30, "least_probability": 0.06}
    with database.workspace(workspace_id) as session:
        session.execute("set local enable_hashjoin = off")
        session.execute("set local enable_mergejoin = off")
        plan = session.rows(f"explain {SELECT_CANDIDATES}", parameters)
    assert sum("Full Join" in row["QUERY PLAN"] for row in plan) == 1
