"""Files in an object store: Amazon S3 and what speaks its protocol, Google Cloud Storage, Azure."""

from causeloop_pipeline.connectors import spec
from causeloop_pipeline.connectors.mapping.product_record import PRODUCT_ISSUE
from causeloop_pipeline.connectors.own_tables import file_fields

CONNECTOR = spec.Connector(
    name="object_store",
    title="Object store",
    category=spec.Category.DATA,
    docs_url="https://developmentseed.org/obstore/latest/",
    plan="growth",
    credentials=(
        spec.Field("key", "Access key or account name", help="S3 and Azure.", required=False),
        spec.Field(
            "secret",
            "Secret key, account key, or service account key",
            help="Google Cloud Storage: the JSON.",
        ),
    ),
    config=(
        spec.Field("store", "Store", required=False, default="s3", choices=("s3", "gs", "az")),
        spec.Field("bucket", "Bucket or container", pattern=r"[A-Za-z0-9][A-Za-z0-9._-]{1,221}"),
        spec.Field("region", "Region", help="S3 only.", required=False, pattern=r"[a-z0-9-]+"),
        spec.Field(
            "endpoint",
            "Address of the store",
            help="Only where it is not the vendor's own: https://minio.example.com",
            required=False,
            pattern=r"https?://[A-Za-z0-9.:-]+",
        ),
        *file_fields.FILE_FIELDS,
    ),
    site=("store", "endpoint", "bucket", "prefix"),
    files=spec.Files(place="store", origin="{store}://{endpoint}"),
    issues=(PRODUCT_ISSUE,),
)
