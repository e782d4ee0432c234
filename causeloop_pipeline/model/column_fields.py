"""What the columns of a file of failures may be."""

COLUMN_FIELDS = {
    "id": "ID",
    "title": "Title",
    "body": "Description",
    "severity": "Severity",
    "status": "Status",
    "service": "Service",
    "component": "Component",
    "error_type": "Error type",
    "team": "Team",
    "environment": "Environment",
    "region": "Region",
    "source_created_at": "Began",
    "source_updated_at": "Last changed",
    "resolved_at": "Ended",
    "external_url": "Link",
}
"""Field → label, in the order in which people choose; a column of none of them is an attribute."""
