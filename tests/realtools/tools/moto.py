"""Moto, which speaks S3: a CSV of tickets in a bucket, written again when it has changed."""

from datetime import UTC, datetime
from typing import Any

from tests.realtools.packages import install_python, read_version
from tests.realtools.real_tool import Expected, RealTool

REQUIREMENTS = ("moto[server]==5.2.5", "boto3==1.42.1")
UPLOAD = """
import sys
import boto3

s3 = boto3.client(
    "s3", endpoint_url=sys.argv[1], aws_access_key_id="AK1", aws_secret_access_key="SK1",
    region_name="us-east-1",
)
for bucket in ("tickets", "parcels"):
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="in/tickets.csv", Body=sys.argv[2].replace("checkout", bucket).encode())
"""
HEAD = "id,title,severity,service,status,source_created_at,updated_at,resolved_at"


class Moto(RealTool):
    """The rows of a file."""

    name = "s3"
    title = "S3 (moto)"
    type = "object_store"
    is_polled = True
    words = ("", "")

    def install(self) -> str:
        """From PyPI."""
        self.programs = install_python(*REQUIREMENTS)
        return read_version(REQUIREMENTS[0])

    def start(self) -> None:
        """The server."""
        self.port = next(self.place.ports)
        self.place.start(self.programs / "moto_server", "-H", "127.0.0.1", "-p", str(self.port))
        self.place.await_answer(f"http://127.0.0.1:{self.port}/moto-api/data.json")
        (self.place.folder / "upload.py").write_text(UPLOAD)
        self.rows: list[list[str]] = []
        self.buckets = ["tickets", "parcels"]

    def configure(self, address: str) -> dict[str, Any]:
        """Bucket, region, address and the columns' names; a second connector reads another bucket."""
        return {
            "store": "s3",
            "bucket": self.buckets.pop(0),
            "region": "us-east-1",
            "endpoint": f"http://127.0.0.1:{self.port}",
            "prefix": "in/",
            "fields": {name: name for name in HEAD.split(",")[1:] if name != "updated_at"},
        }

    def read_credentials(self) -> dict[str, str]:
        """Any pair of keys."""
        return {"key": "AK1", "secret": "SK1"}

    def fail(self) -> None:
        """Another ticket in the file."""
        now = _write_now()
        self.rows.append(
            [
                f"T-{len(self.rows) + 1}",
                "Payment timeout in checkout",
                "high",
                "checkout",
                "open",
                now,
                now,
                "",
            ]
        )
        self._upload()

    def recover(self) -> None:
        """The tickets are resolved."""
        for row in self.rows:
            row[4], row[6], row[7] = "resolved", _write_now(), _write_now()
        self._upload()

    @property
    def expected(self) -> Expected:
        """The row."""
        return Expected(title="^Payment timeout in tickets$", severity="p2", service="^tickets$", link=None)

    def _upload(self) -> None:
        text = "\n".join([HEAD, *(",".join(row) for row in self.rows)]) + "\n"
        url = f"http://127.0.0.1:{self.port}"
        self.place.run(self.programs / "python", "upload.py", url, text)


def _write_now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
