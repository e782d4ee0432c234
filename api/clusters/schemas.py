"""Clusters of patterns, the pattern graph, and recompute jobs."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.http.pagination import PageRequest
from api.patterns.schemas import Pattern
from causeloop_pipeline.model.pattern import PatternStatus
from causeloop_pipeline.model.recompute import RecomputeKind, RecomputeStatus


class ClusterFilters(PageRequest):
    """Parameters of the list of clusters."""


class Cluster(BaseModel):
    """Patterns that belong to one systemic problem."""

    id: UUID
    name: str
    likely_cause: str
    pattern_count: int
    issue_count: int
    computed_at: datetime


class Edge(BaseModel):
    """A connection of two patterns, with its strength and reasons."""

    left_pattern_id: UUID
    right_pattern_id: UUID
    strength: float
    reasons: Any


class ClusterDetail(Cluster):
    """A cluster with its patterns and the edges between them."""

    patterns: list[Pattern]
    edges: list[Edge]


class GraphRequest(BaseModel):
    """The edges to return."""

    model_config = ConfigDict(extra="forbid")

    min_strength: float = Field(0.0, ge=0, le=1)
    limit: int = Field(1_000, ge=1, le=5_000, description="Number of edges, strongest first")


class Node(BaseModel):
    """A pattern in the graph."""

    id: UUID
    name: str
    status: PatternStatus
    risk_score: float | None
    issue_count: int
    cluster_id: UUID | None


class Graph(BaseModel):
    """Patterns and the edges between them."""

    nodes: list[Node]
    edges: list[Edge]


class Job(BaseModel):
    """A requested recompute and its progress."""

    id: UUID
    kind: RecomputeKind
    status: RecomputeStatus
    requested_by: str
    requested_at: datetime
    finished_at: datetime | None
    error: str | None
