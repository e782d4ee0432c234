"""The trackers on whose issues the product may comment and which it may close, and where an issue lies."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from causeloop_pipeline.connectors.spec import Connector
from causeloop_pipeline.egress.errors import PermanentFailure
from causeloop_pipeline.egress.policy import EgressPolicy
from causeloop_pipeline.outbound.commenters import github, jira
from causeloop_pipeline.outbound.comments import Commenter
from causeloop_pipeline.outbound.tracker_api import TrackerApi
from causeloop_pipeline.outbound.trackers import make_api

COMMENTERS: Mapping[str, Callable[[TrackerApi], Commenter]] = MappingProxyType(
    {"github": github.GitHubComments, "jira": jira.JiraComments}
)
FIND_PLACE: Mapping[str, Callable[[Mapping[str, Any], str | None, str | None], str | None]] = (
    MappingProxyType({"github": github.find_place, "jira": jira.find_place})
)


def find_place(
    connector_type: str, config: Mapping[str, Any], external_url: str | None, key: str | None
) -> str | None:
    """The issue as the tracker's API names it; None where it lies outside what the connector reads."""
    return FIND_PLACE[connector_type](config, external_url, key)


def make_commenter(
    connector: Connector, config: Mapping[str, Any], credentials: Mapping[str, str], egress: EgressPolicy
) -> Commenter:
    """The commenter of a configured connector."""
    if connector.name not in COMMENTERS:
        raise PermanentFailure(f"issues of {connector.title} cannot be commented on")
    return COMMENTERS[connector.name](make_api(connector, config, credentials, egress))
