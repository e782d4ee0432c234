"""A complete list ends the open conditions that it does not hold; one that may not be complete ends none."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from causeloop_pipeline.connectors.pulls import Pull
from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.landing.polling.absences import ListedIds, end_absent
from causeloop_pipeline.landing.polling.page import build_page
from causeloop_pipeline.model.raw_record import ABSENT, Quarantined, RawRecord

ALERTMANAGER = CONNECTORS["prometheus_alertmanager"]
(ALERTS,) = ALERTMANAGER.pulls
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LISTED, REFUSED, GONE = "00000000000000a1", "00000000000000a2", "00000000000000a3"


def list_ids(*refused: Quarantined) -> ListedIds:
    ids = ListedIds()
    ids.add(build_page([RawRecord("prometheus_alertmanager", LISTED, {}, ""), *refused], {}))
    return ids


def test_what_is_open_and_not_listed_has_ended_at_the_time_of_the_poll() -> None:
    refused = Quarantined("prometheus_alertmanager", b"{}", "no title", REFUSED)
    open_ids = [LISTED, REFUSED, GONE, "InstanceDown/2026-03-01T11:00:00Z"]

    (page,) = end_absent(ALERTMANAGER, ALERTS, list_ids(refused), open_ids, NOW, {"alerts": {}})

    (record,) = page.records
    assert (record.external_id, record.kind, record.source_updated_at) == (GONE, ABSENT, NOW)
    assert page.cursor == {"alerts": {}}


@pytest.mark.parametrize(
    ("pull", "refused"),
    [
        (replace(ALERTS, absent_means_ended=None), ()),
        (replace(ALERTS, optional=True), ()),
        (ALERTS, (Quarantined("prometheus_alertmanager", b"?", "no id"),)),
    ],
    ids=["not all is listed", "it may be refused", "a record has no id"],
)
def test_a_list_that_may_not_be_complete_ends_nothing(pull: Pull, refused: tuple[Quarantined, ...]) -> None:
    assert not [*end_absent(ALERTMANAGER, pull, list_ids(*refused), [GONE], NOW, {})]
