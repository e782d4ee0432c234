"""What became of each model and check when records were turned into issues."""

from dataclasses import dataclass
from typing import Any


class NormalizationError(RuntimeError):
    """A model could not be built; nothing of it was kept."""


@dataclass(frozen=True)
class NodeOutcome:
    """One model, seed or check: `name` is its own, `of` the model that a check looks at."""

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
    def ok(self) -> bool:
        """Built, passed, or no worse than a warning."""
        return self.status in {"success", "pass", "warn"}


@dataclass(frozen=True)
class NormalizationReport:
    """All that one run of the models did."""

    outcomes: tuple[NodeOutcome, ...]

    @property
    def models(self) -> tuple[NodeOutcome, ...]:
        """What was built."""
        return tuple(outcome for outcome in self.outcomes if outcome.resource_type in {"model", "seed"})

    @property
    def checks(self) -> tuple[NodeOutcome, ...]:
        """What was checked."""
        return tuple(outcome for outcome in self.outcomes if outcome.resource_type in {"test", "unit_test"})

    def outcome(self, name: str) -> NodeOutcome:
        """The outcome of one node, by its own name."""
        return next(outcome for outcome in self.outcomes if outcome.name == name)


def report_of(result: Any) -> NormalizationReport:
    """The report of a dbt invocation; NormalizationError where a model broke or nothing ran."""
    if result.exception is not None:
        raise NormalizationError(
            f"dbt could not run: {_first_line(str(result.exception))}"
        ) from result.exception
    outcomes = tuple(_outcome(run) for run in getattr(result.result, "results", ()))
    broken = [
        outcome for outcome in outcomes if outcome.resource_type in {"model", "seed"} and not outcome.ok
    ]
    if broken:
        causes = "; ".join(
            f"{outcome.name}: {outcome.message}" for outcome in broken if outcome.status == "error"
        )
        raise NormalizationError(f"{len(broken)} of {len(outcomes)} nodes were not built: {causes}")
    if not outcomes:
        raise NormalizationError("dbt found nothing to do: the selection names no node of the project")
    return NormalizationReport(outcomes)


def _outcome(run: Any) -> NodeOutcome:
    node = run.node
    return NodeOutcome(
        unique_id=node.unique_id,
        name=node.name,
        resource_type=str(node.resource_type),
        status=str(run.status),
        rows=int((run.adapter_response or {}).get("rows_affected") or 0),
        failures=int(run.failures or 0),
        seconds=round(float(run.execution_time), 4),
        message=_first_line(run.message or ""),
        of=getattr(node, "attached_node", None) or _first_model(node),
    )


def _first_model(node: Any) -> str | None:
    if str(node.resource_type) != "test":
        return None
    return next((parent for parent in node.depends_on.nodes if parent.startswith("model.")), None)


def _first_line(message: str) -> str:
    """What went wrong without the lines that quote data: DETAIL, CONTEXT, the statement."""
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    told = [line for line in lines if not line.startswith(("DETAIL", "CONTEXT", "LINE", "compiled code"))]
    return " ".join(told[:2])[:500]
