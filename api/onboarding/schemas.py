"""The setup's steps and where a workspace is in them."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from causeloop_pipeline.model.tenancy import SetupStep

SKIPPABLE_STEPS = tuple(step for step in SetupStep if step != SetupStep.CREATE_WORKSPACE)
SkippableStep = Literal[SKIPPABLE_STEPS]  # type: ignore[valid-type]
CurrentStep = SetupStep | Literal["done"]


class Onboarding(BaseModel):
    """The progress of the setup wizard."""

    current_step: CurrentStep
    completed_steps: list[SetupStep]
    skipped_steps: list[SetupStep]


class StepProgress(BaseModel):
    """A step of the setup."""

    name: SetupStep
    status: Literal["open", "completed", "skipped"]
    has_occurred: bool = Field(description="Whether it can be completed: what it asks for is there")


class OnboardingSteps(BaseModel):
    """The setup's steps in order, and the first open one."""

    current_step: CurrentStep
    steps: list[StepProgress]


class SkipStep(BaseModel):
    """The step to skip."""

    model_config = ConfigDict(extra="forbid")

    step: SkippableStep


class CompleteStep(BaseModel):
    """The step to complete."""

    model_config = ConfigDict(extra="forbid")

    step: SetupStep
