"""The report of a dbt run: the outcome of each model, seed and check."""

from dataclasses import dataclass
from typing import Any

# dbt passes on only the text of an error: how libpq and the server say that a connection was lost.
CONNECTION_LOST = (
    "connection already closed",
    "connection not open",
    "connection to server ",
    "could not receive data from server",
    "could not send data to server",
    "no connection to the server",
    "server closed the connection unexpectedly",
    "SSL connection has been closed unexpectedly",
    "SSL SYSCALL error",
    "terminating connection because of crash of another server process",
    "terminating connection due to administrator command",
    "terminating connection due to unexpected postmaster exit",
)


class NormalizationError(RuntimeError):
    """A model could not be built; the rows it wrote were rolled back."""


class DatabaseLostError(NormalizationError):
    """dbt lost its connection to the database in the middle, or got none."""


@dataclass(frozen=True)
class NodeOutcome:
    """One model, seed or check; `of` is the model that a check is about."""

    unique_id: str
    name: str
    resource_type: str
    status: str
    rows: int
    failures: int
    seconds: float
    message: str
    of: str | None = None

    @property
    def is_ok(self) -> bool:
        """Whether it was built, passed, or gave a warning only."""
        return self.status in {"success", "pass", "warn"}


@dataclass(frozen=True)
class NormalizationReport:
    """The outcomes of one dbt run."""

    outcomes: tuple[NodeOutcome, ...]

    @property
    def models(self) -> tuple[NodeOutcome, ...]:
        """The outcomes of models and seeds."""
        return tuple(outcome for outcome in self.outcomes if outcome.resource_type in {"model", "seed"})

    @property
    def checks(self) -> tuple[NodeOutcome, ...]:
        """The outcomes of checks."""
        return tuple(outcome for outcome in self.outcomes if outcome.resource_type in {"test", "unit_test"})

    def outcome(self, name: str) -> NodeOutcome:
        """The outcome of one node, by its name."""
        return next(outcome for outcome in self.outcomes if outcome.name == name)


def make_report(result: Any) -> NormalizationReport:
    """The report of a dbt invocation.

    Raises NormalizationError when a model failed or nothing ran, and DatabaseLostError when that, or an error
    of a check, comes of a lost connection.
    """
    runs = getattr(result.result, "results", ())
    messages = [str(result.exception or ""), *(run.message or "" for run in runs)]
    is_lost = any(map(_tells_of_lost_connection, messages))
    error = DatabaseLostError if is_lost else NormalizationError
    if result.exception is not None:
        raise error(
            f"dbt could not run: {_message_without_data(str(result.exception))}"
        ) from result.exception
    outcomes = tuple(_make_outcome(run) for run in runs)
    failed = [
        outcome
        for outcome in outcomes
        if (outcome.resource_type in {"model", "seed"} or is_lost) and not outcome.is_ok
    ]
    if failed:
        causes = "; ".join(
            f"{outcome.name}: {outcome.message}" for outcome in failed if outcome.status == "error"
        )
        raise error(f"{len(failed)} of {len(outcomes)} nodes were not built: {causes}")
    if not outcomes:
        raise NormalizationError("dbt ran no node: the selection matches none of the project")
    return NormalizationReport(outcomes)


def _make_outcome(run: Any) -> NodeOutcome:
    node = run.node
    return NodeOutcome(
        unique_id=node.unique_id,
        name=node.name,
        resource_type=str(node.resource_type),
        status=str(run.status),
        rows=int((run.adapter_response or {}).get("rows_affected") or 0),
        failures=int(run.failures or 0),
        seconds=round(float(run.execution_time), 4),
        message=_message_without_data(run.message or ""),
        of=getattr(node, "attached_node", None) or _first_model(node),
    )


def _tells_of_lost_connection(message: str) -> bool:
    return any(line.strip().startswith(CONNECTION_LOST) for line in message.splitlines())


def _first_model(node: Any) -> str | None:
    if str(node.resource_type) != "test":
        return None
    return next((parent for parent in node.depends_on.nodes if parent.startswith("model.")), None)


def _message_without_data(message: str) -> str:
    """An error message without the lines that quote data: DETAIL, CONTEXT, the statement."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    safe_lines = [
        line for line in lines if not line.startswith(("DETAIL", "CONTEXT", "LINE", "compiled code"))
    ]
    return " ".join(safe_lines[:2])[:500]
