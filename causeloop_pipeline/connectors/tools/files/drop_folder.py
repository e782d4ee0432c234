"""A folder on the installation's own machine into which other programs drop files."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.product_record import PRODUCT_ISSUE
from causeloop_pipeline.connectors.own_tables import file_fields

CONNECTOR = spec.Connector(
    name="drop_folder",
    title="Drop folder",
    category=spec.Category.DATA,
    docs_url="https://datatracker.ietf.org/doc/html/rfc4180",
    plan="starter",
    config=file_fields.FILE_FIELDS,
    site=("prefix",),
    files=spec.Files(place="folder"),
    issues=(PRODUCT_ISSUE,),
)
