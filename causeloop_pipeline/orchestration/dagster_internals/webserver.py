"""Dagster's UI as an application. Buys: a guard stands before it, which has no login of its own."""

from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import WorkspaceFileTarget

__all__ = ["WorkspaceFileTarget", "WorkspaceProcessContext"]
