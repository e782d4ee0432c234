"""The OpenTelemetry SDK as a program uses it: a handler of Python's logging, exporters of logs and spans."""

from typing import Any

from tests.realtools.causeloop import Connected, Workspace
from tests.realtools.packages import install_python, read_version
from tests.realtools.real_tool import Expected, RealTool

REQUIREMENTS = ("opentelemetry-sdk==1.45.2", "opentelemetry-exporter-otlp-proto-http==1.45.2")
PROGRAM = """
import logging, sys
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

named = {"service.name": "SERVICE", "team": "payments", "deployment.environment": "production"}
resource = Resource.create(named)
logs = LoggerProvider(resource=resource)
logs.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter()))
logging.getLogger().addHandler(LoggingHandler(level=logging.INFO, logger_provider=logs))
spans = TracerProvider(resource=resource)
spans.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter()))
tracer = spans.get_tracer("shop")
try:
    if "spans" in sys.argv:
        with tracer.start_as_current_span("charge"):
            raise KeyError("Charging card failed for order 1007")
    {}["card"]
except KeyError:
    if "spans" not in sys.argv:
        with tracer.start_as_current_span("charge"):
            logging.getLogger("shop").exception("Charging card failed for order %s", 1007)
spans.shutdown()
logs.shutdown()
"""


class OtlpLogs(RealTool):
    """Logs by the settings that the documents name; spans go the same way."""

    name = "otlp"
    title = "OpenTelemetry SDK (Python), logs"
    type = ""
    words = ("", "")
    arguments: tuple[str, ...] = ()
    unwanted = "Failed to export"

    def install(self) -> str:
        """From PyPI."""
        self.programs = install_python(*REQUIREMENTS)
        return read_version(REQUIREMENTS[0])

    def start(self) -> None:
        """The program."""
        self.place.folder.joinpath("app.py").write_text(PROGRAM.replace("SERVICE", "checkout"))
        self.place.folder.joinpath("other.py").write_text(PROGRAM.replace("SERVICE", "archive"))

    def connect(self, workspace: Workspace, name: str, address: str) -> Connected | None:
        """A program's key, and the exporter's two variables."""
        self.environment = {
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"{str(workspace.api.base_url).rstrip('/')}/v1/ingest/otlp",
            "OTEL_EXPORTER_OTLP_HEADERS": f"authorization=Bearer {workspace.make_key(name)}",
        }
        return None

    def fail(self) -> None:
        """The program logs an exception."""
        self._run("app.py")

    def recover(self) -> None:
        """Logs do not say that it is over."""

    def push_to_second(self, workspace: Workspace, second: Connected | None) -> bool:
        """Another program."""
        self._run("other.py")
        return True

    @property
    def expected(self) -> Expected:
        """The exception with its message."""
        return Expected(
            title="KeyError.*Charging card failed for order",
            severity="p2",
            service="^checkout$",
            link=None,
            has_end=False,
        )

    def _run(self, program: str) -> Any:
        return self.place.run(
            self.programs / "python", program, *self.arguments, environment=self.environment
        )


class OtlpSpans(OtlpLogs):
    """Exceptions on spans."""

    name = "otlp-spans"
    title = "OpenTelemetry SDK (Python), spans"
    arguments = ("spans",)
