"""A grade and a dismissal are taken back where they were given."""

from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import Client
from tests.api.sample import Sample


def test_an_outcome_and_a_dismissal_are_taken_back_and_counted_off(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api = client(fresh_sample.credentials["analyst"])
    path = f"/v1/predictions/{fresh_sample.ids['prediction_id']}"
    before = api.get(path).json()

    def read_counts() -> list[dict[str, int]]:
        with database.workspace(fresh_sample.workspace_id) as session:
            return session.rows("select hits, misses, prevented from predict.outcome_count order by 1, 2, 3")

    counted = read_counts()
    api.post(f"{path}/outcome", json={"outcome": "miss", "reason": "It was another failure"})
    api.post(f"{path}/dismiss", json={"reason": "Planned"})
    changed = read_counts()
    for part in ("outcome", "dismissal"):
        assert api.delete(f"{path}/{part}").status_code == 200
        assert api.delete(f"{path}/{part}").status_code == 200

    assert changed != counted
    assert [row for row in read_counts() if any(row.values())] == [
        row for row in counted if any(row.values())
    ]
    after = api.get(path).json()
    assert (after["outcomes"], after["dismissed_at"]) == (before["outcomes"], before["dismissed_at"])
