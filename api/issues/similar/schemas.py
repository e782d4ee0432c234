"""Issues similar to an issue."""

from pydantic import BaseModel, ConfigDict, Field

from api.issues.schemas import IssueSummary


class SimilarIssue(IssueSummary):
    """A similar issue: the probability that both have one cause, and the rare words that they share."""

    similarity: float
    terms: list[str]


class SimilarRequest(BaseModel):
    """The number of similar issues."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(10, ge=1, le=50)
