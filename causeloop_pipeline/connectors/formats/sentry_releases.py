"""Releases and deploys of Sentry, from the list of releases and from the answers about deploys."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import Every, Has, Join, Literal, Some, Text
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping

DEPLOYED_RELEASE = ChangeMapping(
    name="deployed release",
    when=Every((Has("version"), Has("lastDeploy.id"))),
    change_kind=Literal("deploy"),
    title=Join((("projects.0.slug", "projects.0.name"), ("shortVersion", "version")), " "),
    service=("projects.0.slug", "projects.0.name"),
    environment="lastDeploy.environment",
    external_url=("lastDeploy.url", "url"),
    changed_at=("lastDeploy.dateFinished", "lastDeploy.dateStarted", "dateReleased", "dateCreated"),
)
RELEASE = ChangeMapping(
    name="release",
    when=Every((Has("version"), Some((Has("dateCreated"), Has("dateReleased"), Has("projects"))))),
    change_kind=Literal("release"),
    title=Join((("projects.0.slug", "projects.0.name"), ("shortVersion", "version")), " "),
    service=("projects.0.slug", "projects.0.name"),
    external_url="url",
    changed_at=("dateReleased", "dateCreated"),
)
DEPLOY = ChangeMapping(
    name="deploy",
    when=Has("environment"),
    change_kind=Literal("deploy"),
    title=("name", Text("Deploy to {environment}")),
    service="projects.0",
    environment="environment",
    external_url="url",
    changed_at=("dateFinished", "dateStarted"),
)


def is_deployed(release: spec.Record) -> bool:
    """Whether a release has reached an environment: each deploy is a change of its own."""
    return bool(release.get("lastDeploy"))


def is_undeployed(release: spec.Record) -> bool:
    """Whether a release has been made, and nothing says that it was deployed."""
    return not is_deployed(release)


RELEASES = "/api/0/organizations/{organization}/releases/"
RELEASE_PAGES = spec.LinkPages(size=100, size_param="per_page", ends_on_empty=True)
RELEASE_SCHEMA = spec.RecordSchema(
    key="release/{version}", updated_at=("dateReleased", "dateCreated"), kind="change", keep=is_undeployed
)
DEPLOYED_SCHEMA = spec.RecordSchema(
    key="deploy/{lastDeploy.id}",
    updated_at=("lastDeploy.dateFinished", "lastDeploy.dateStarted"),
    kind="change",
    keep=is_deployed,
)
