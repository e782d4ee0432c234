"""A ticket goes to the repository of the service, where the connector names it."""

import pytest

from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.connectors.ticket_targets import choose_target, direct_to, list_targets

GITHUB = CONNECTORS["github"]
CONFIG = {"repositories": ["acme/checkout-api", "acme/payments_core"], "ticket_repository": "acme/ops"}


@pytest.mark.parametrize(
    ("service", "repository", "target"),
    [
        ("ledger", "acme/payments_core", "acme/payments_core"),
        ("payments-core", None, "acme/payments_core"),
        ("payments-core", "acme/elsewhere", "acme/payments_core"),
        ("ledger", None, "acme/ops"),
        (None, None, "acme/ops"),
    ],
)
def test_the_repository_of_the_service_counts_before_that_of_the_connector(
    service: str | None, repository: str | None, target: str
) -> None:
    assert choose_target(GITHUB, CONFIG, service, repository).name == target


def test_without_a_place_for_tickets_the_first_repository_is_taken_and_named_so() -> None:
    chosen = choose_target(GITHUB, {"repositories": ["acme/a", "acme/b"]}, "other", None)

    assert (chosen.name, chosen.reason) == ("acme/a", "the first that the connector names")


def test_a_project_of_gitlab_is_shown_readable_and_sent_as_it_is_written() -> None:
    config = {"projects": ["acme%2Fweb", "acme%2Fshop"]}

    assert list_targets(CONNECTORS["gitlab"], config) == ["acme/web", "acme/shop"]
    assert direct_to(CONNECTORS["gitlab"], config, "acme/shop")["ticket_project"] == "acme%2Fshop"
    assert direct_to(CONNECTORS["gitlab"], config, None) == config


def test_a_tracker_with_one_place_has_nothing_to_choose() -> None:
    assert choose_target(CONNECTORS["servicenow"], {}, "checkout", None).name is None
