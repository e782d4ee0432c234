"""What a ticket is about recurs: trackers that can write it again do so in place."""

import pytest

from causeloop_pipeline.outbound.tickets import EditingTracker, open_ticket
from tests.outbound.test_tickets import draft, running, tracker


@pytest.mark.parametrize(("name", "text"), [("github", "body"), ("gitlab", "description")])
def test_a_ticket_is_written_again_in_place(name: str, text: str) -> None:
    with running(name) as (fake, tool):
        service = tracker(name, tool)
        opened = open_ticket(service, draft())
        assert isinstance(service, EditingTracker)
        edited = service.edit(opened.external_id, draft(rationale="Reported 4 times."))
        again = open_ticket(service, draft())

    assert opened == edited == again
    (issue,) = fake.issues
    assert "Reported 4 times." in issue[text]
