"""What is entered of an application of Microsoft Entra ID, by which Azure and Microsoft Graph are read."""

from causeloop_pipeline.connectors import spec

CREDENTIALS = (
    spec.Field("client_id", "Application (client) ID"),
    spec.Field("client_secret", "Client secret"),
)


def ask_for_tenant(rights: str) -> spec.Field:
    """The field of the directory's id or domain, with what the application must be allowed."""
    return spec.Field(
        "tenant_id",
        "Directory (tenant) ID",
        help=f"The application needs {rights}.",
        pattern=r"[0-9A-Za-z.-]+",
    )
