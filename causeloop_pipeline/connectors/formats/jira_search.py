"""Jira's search: issues by JQL, in the order of their last update, for each of its products."""

from datetime import timedelta

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.ticket_marker import is_unmarked_issue

SITE = spec.Field("site", "Site", help="acme for acme.atlassian.net", pattern=r"[A-Za-z0-9-]+")
TIMEZONE = spec.Field(
    "timezone", "Time zone of the account", help="JQL reads times in it.", required=False, default="UTC"
)
ISSUE_SCHEMA = spec.RecordSchema(updated_at=("fields.updated",), keep=is_unmarked_issue)
FIELDS = (
    "summary,description,priority,status,components,project,environment,created,updated,resolutiondate,"
    "labels,issuetype"
)


def ask_for_filter(default: str) -> spec.Field:
    """The field of the configuration in which a person says which issues are failures."""
    return spec.Field(
        "filter", "JQL filter", help="Which issues are failures.", required=False, default=default
    )


def poll_issues(path: str) -> spec.Pull:
    """The issues that the filter selects; `path` is the search's."""
    return spec.Pull(
        name="issues",
        path=path,
        params=(("fields", FIELDS),),
        records="issues",
        pages=spec.TokenPages(
            next_path="nextPageToken",
            param="nextPageToken",
            last_path="isLast",
            size=100,
            size_param="maxResults",
        ),
        schema=ISSUE_SCHEMA,
        since=spec.Since(
            field="fields.updated",
            param="jql",
            template='({filter}) and updated >= "{since}" order by updated asc',
            format="%Y-%m-%d %H:%M",
            zone="timezone",
            ascending=True,
            overlap=timedelta(minutes=65),  # minutes, and an hour that a clock change makes ambiguous
        ),
    )
