"""The lists of Microsoft Graph, each filtered by the time of its records' last change."""

from causeloop_pipeline.connectors import spec

GRAPH = "https://graph.microsoft.com"


def poll_list(
    name: str,
    path: str,
    schema: spec.RecordSchema,
    *,
    size: int = 500,
    where: str = "",
    optional: bool = False,
) -> spec.Pull:
    """A list whose records carry their time at the schema's first path; `where` is a further condition."""
    changed = schema.updated_at[0]
    condition = f" and {where}" if where else ""
    return spec.Pull(
        name=name,
        path=path,
        records="value",
        pages=spec.NextUrlPages(url="@odata.nextLink", size=size, size_param="$top"),
        schema=schema,
        since=spec.Since(field=changed, param="$filter", template=f"{changed} ge {{since}}{condition}"),
        optional=optional,
    )
