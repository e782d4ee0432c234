"""Changes that New Relic tracks: as NRQL lists them, and as NerdGraph answers when they are reported."""

from datetime import timedelta

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.expressions import (
    Choose,
    Every,
    Has,
    Instant,
    Literal,
    Matches,
    Some,
    Text,
    TimeFormat,
)
from causeloop_pipeline.connectors.mapping.fields import ChangeMapping

MILLISECONDS = TimeFormat.EPOCH_MILLISECONDS
CATEGORY = ("category", "categoryAndTypeData.kind.category")
QUERY = """
query %s($account: Int!, $nrql: Nrql!) {
  actor { account(id: $account) { nrql(query: $nrql) { results } } }
}
"""
TRACKED_CHANGE = ChangeMapping(
    name="tracked change",
    when=Every((Some((Has("deploymentId"), Has("changeTrackingId"))), Has("timestamp"))),
    change_kind=Choose(
        Matches(CATEGORY, r"^feature[ _]?flag$"),
        Literal("feature_flag"),
        Choose(
            Matches(CATEGORY, r"^config"),
            Literal("config_change"),
            Choose(
                Some((Has("deploymentId"), Matches(CATEGORY, r"^deployment$"))),
                Literal("deploy"),
                Literal("change"),
            ),
        ),
    ),
    title=(
        "shortDescription",
        "description",
        Text(r"{entity\.name} {version}"),
        Text("{entity_name} {version}"),
        Text("Deployment of {version}"),
        Text("{categoryAndTypeData.kind.category} {categoryAndTypeData.kind.type}"),
        Text("{category} {type}"),
    ),
    service=(r"entity\.name", "entity.name", "entity_name", r"entity\.guid", "entity.guid", "entityGuid"),
    external_url="deepLink",
    changed_at=Instant("timestamp", MILLISECONDS),
)


def identify_change(key: str) -> spec.RecordSchema:
    """Changes under the id at a path."""
    return spec.RecordSchema(
        key=key, updated_at=("timestamp",), times=spec.TimeFormat.EPOCH_MILLISECONDS, kind="change"
    )


DEPLOYMENT_SCHEMA, CHANGE_SCHEMA = (
    identify_change("deployment/{deploymentId}"),
    identify_change("change/{changeTrackingId}"),
)


def poll_events(name: str, event_type: str, schema: spec.RecordSchema) -> spec.Pull:
    """The events of a type, by NRQL."""
    return spec.Pull(
        name=name,
        path="/graphql",
        method="POST",
        graphql=QUERY % name,
        params=(("account", "{account}"),),
        records="data.actor.account.nrql.results",
        pages=spec.OnePage(),
        schema=schema,
        since=spec.Since(
            field="timestamp",
            param="nrql",
            template=f"SELECT * FROM {event_type} SINCE {{since}} UNTIL {{until}} LIMIT 5000",
            format=spec.TimeFormat.EPOCH_MILLISECONDS,
            overlap=timedelta(hours=1),
            cap=5000,
        ),
        optional=True,
    )


CHANGE_LISTS = (
    poll_events("tracked_changes", "ChangeTrackingEvent", CHANGE_SCHEMA),
    poll_events("tracked_deployments", "Deployment", DEPLOYMENT_SCHEMA),
)
REPORTED = tuple(
    spec.WebhookEvent(
        record=path,
        when=spec.Condition(path=f"{path}.{first}{name}"),
        schema=schema,
        add=(("entity_name", "data.actor.entity.name"),),
    )
    for path, first in (
        ("data.changeTrackingCreateEvent.changeTrackingEvent", ""),
        ("data.changeTrackingCreateDeployment", ""),
        ("data.actor.entity.deploymentSearch.results", "0."),
        ("results.0.events", "0."),
        ("results", "0."),
    )
    for name, schema in (("deploymentId", DEPLOYMENT_SCHEMA), ("changeTrackingId", CHANGE_SCHEMA))
)
