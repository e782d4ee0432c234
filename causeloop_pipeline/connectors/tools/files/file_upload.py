"""Files that people upload in the browser or send to the API: all of one tool belong to one connector."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.product_record import PRODUCT_ISSUE
from causeloop_pipeline.connectors.own_tables import file_fields

CONNECTOR = spec.Connector(
    name="file_upload",
    title="File upload",
    category=spec.Category.DATA,
    docs_url="https://datatracker.ietf.org/doc/html/rfc4180",
    plan="free",
    config=file_fields.FILE_FIELDS[2:],
    files=spec.Files(place="upload"),
    issues=(PRODUCT_ISSUE,),
)
