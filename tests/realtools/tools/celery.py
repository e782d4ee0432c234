"""Celery with OpenTelemetry's instrumentation: a worker whose task raises, its broker a folder."""

from tests.realtools.causeloop import Connected, Workspace
from tests.realtools.packages import install_python, read_version
from tests.realtools.real_tool import Expected
from tests.realtools.tools.telemetry import OtlpLogs

REQUIREMENTS = (
    "celery==5.7.0",
    "opentelemetry-instrumentation-celery==0.66b2",
    "opentelemetry-exporter-otlp-proto-http==1.45.2",
)
TASKS = """
import os
from celery import Celery
from celery.signals import worker_process_init
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.celery import CeleryInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

queue = os.environ["QUEUE"]
folders = {"data_folder_in": queue, "data_folder_out": queue}
app = Celery("tasks", broker="filesystem://", broker_transport_options=folders)

@worker_process_init.connect
def instrument(**_):
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    CeleryInstrumentor().instrument()

@app.task(name="charge")
def charge(order):
    raise ConnectionError(f"the card gateway refused order {order}")

@app.task(name="refund")
def refund(order):
    return order
"""


class Celery(OtlpLogs):
    """A task that fails each time, and one that does not."""

    name = "celery"
    title = "Celery, OpenTelemetry"
    unwanted = "refund"

    def install(self) -> str:
        """From PyPI."""
        self.programs = install_python(*REQUIREMENTS)
        return read_version(REQUIREMENTS[0])

    def start(self) -> None:
        """The tasks and the folders of the queues; workers start when they know where to send spans."""
        (self.place.folder / "tasks.py").write_text(TASKS)

    def connect(self, workspace: Workspace, name: str, address: str) -> Connected | None:
        """A worker with a program's key."""
        super().connect(workspace, name, address)
        service = "archive" if name.endswith("2") else "checkout"
        self.environment |= {"OTEL_SERVICE_NAME": service, "QUEUE": service}
        (self.place.folder / service).mkdir()
        worker = ("-A", "tasks", "worker", "--concurrency", "1", "--without-gossip", "--without-mingle")
        self.place.start(self.programs / "celery", *worker, environment=self.environment)
        return None

    def fail(self) -> None:
        """The tasks are called."""
        for task in ("refund", "charge"):
            call = ("-A", "tasks", "call", task, "--args", "[1007]")
            self.place.run(self.programs / "celery", *call, environment=self.environment)

    def push_to_second(self, workspace: Workspace, second: Connected | None) -> bool:
        """The other worker's queue."""
        self.fail()
        return True

    @property
    def expected(self) -> Expected:
        """What the task raised."""
        return Expected(
            title="^ConnectionError: the card gateway refused order",
            severity="p2",
            service="^checkout$",
            link=None,
            has_end=False,
        )
