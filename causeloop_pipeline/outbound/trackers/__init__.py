"""The trackers that take tickets; which connector uses which."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from causeloop_pipeline.connectors.spec import Connector
from causeloop_pipeline.egress.credentials import build_credentials
from causeloop_pipeline.egress.errors import PermanentFailure
from causeloop_pipeline.egress.origin import find_base_url
from causeloop_pipeline.egress.policy import EgressPolicy
from causeloop_pipeline.egress.receivers import find_receivers
from causeloop_pipeline.outbound.tickets import Tracker
from causeloop_pipeline.outbound.tracker_api import TrackerApi
from causeloop_pipeline.outbound.trackers.asana import Asana
from causeloop_pipeline.outbound.trackers.azure_devops import AzureDevOps
from causeloop_pipeline.outbound.trackers.forgejo import Forgejo
from causeloop_pipeline.outbound.trackers.github import GitHub
from causeloop_pipeline.outbound.trackers.gitlab import GitLab
from causeloop_pipeline.outbound.trackers.jira import Jira
from causeloop_pipeline.outbound.trackers.linear import Linear
from causeloop_pipeline.outbound.trackers.redmine import Redmine
from causeloop_pipeline.outbound.trackers.servicenow import ServiceNow
from causeloop_pipeline.outbound.trackers.youtrack import YouTrack
from causeloop_pipeline.outbound.trackers.zammad import Zammad

TRACKERS: Mapping[str, Callable[[TrackerApi, Mapping[str, Any]], Tracker]] = MappingProxyType(
    {
        "asana": Asana.of,
        "azure_devops": AzureDevOps.of,
        "forgejo": Forgejo.of,
        "github": GitHub.of,
        "gitlab": GitLab.of,
        "jira": Jira.of,
        "linear": Linear.of,
        "redmine": Redmine.of,
        "servicenow": ServiceNow.of,
        "youtrack": YouTrack.of,
        "zammad": Zammad.of,
    }
)


def make_tracker(
    connector: Connector, config: Mapping[str, Any], credentials: Mapping[str, str], egress: EgressPolicy
) -> Tracker:
    """The tracker of a configured connector."""
    if connector.name not in TRACKERS:
        raise PermanentFailure(f"{connector.title} takes no tickets: push through another connector")
    return TRACKERS[connector.name](make_api(connector, config, credentials, egress), config)


def make_api(
    connector: Connector, config: Mapping[str, Any], credentials: Mapping[str, str], egress: EgressPolicy
) -> TrackerApi:
    """The API of a configured connector's tracker, whose credentials go to their receivers only."""
    return TrackerApi(
        connector,
        find_base_url(connector, config),
        build_credentials(connector, credentials),
        egress,
        find_receivers(connector, config).origins,
    )
