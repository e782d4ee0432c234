"""A new expectation: what must stay true after a fix."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.field_types.instants import Day
from api.field_types.numbers import WHOLE
from api.field_types.refusals import incomplete_change
from api.field_types.texts import Trimmed
from causeloop_pipeline.model.expectation import ExpectationKind


class NewExpectation(BaseModel):
    """What must stay true after the fix."""

    model_config = ConfigDict(extra="forbid")

    kind: ExpectationKind
    pattern_id: UUID | None = Field(None, description="Which pattern must not occur, or at most so often")
    service: Annotated[str, Trimmed(200)] | None = Field(
        None, description="Only where it occurs in this service"
    )
    job: Annotated[str, Trimmed(500)] | None = Field(
        None, description="With kind `job_passes`: the job as its tool names it, or the end of that path"
    )
    most: Annotated[int, Field(ge=0, le=1_000_000), WHOLE] | None = Field(
        None, description="With kind `at_most`: how often it may occur from Monday to Sunday"
    )
    until: Day | None = Field(None, description="The last day, in the workspace's time zone; null: forever")

    @model_validator(mode="after")
    def check_fields(self) -> "NewExpectation":
        """Require what the kind needs, and nothing else."""
        is_of_job = self.kind is ExpectationKind.JOB_PASSES
        if (self.job is not None) != is_of_job or (self.pattern_id is None) != is_of_job:
            raise incomplete_change("send a job with kind job_passes, and a pattern_id with the other kinds")
        if is_of_job and self.service is not None:
            raise incomplete_change("a service goes with a pattern_id")
        if (self.most is not None) != (self.kind is ExpectationKind.AT_MOST):
            raise incomplete_change("send most with kind at_most, and with no other")
        return self
