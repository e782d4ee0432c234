"""Reads the filters of a list: `Annotated[IssueFilters, filters_of(IssueFilters)]`.

FastAPI works out again for each request and each of a model's fields whether it is a list, which costs a list
with sixteen filters more than its page. Here that is decided once; pydantic validates, so that values and
errors are those of `Annotated[IssueFilters, Query()]`, which all other queries use.
"""

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any, get_args, get_origin

from fastapi import APIRouter, Depends, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from fastapi.params import Depends as Dependency
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from starlette.datastructures import QueryParams

MODEL = "filter_model"


def build_filter_dependency(model: type[BaseModel]) -> Any:
    """The dependency that reads a query into a model without aliases."""
    lists = frozenset(list_names_of_lists(model))
    names = frozenset(model.model_fields)

    async def read_filters(request: Request) -> BaseModel:
        try:
            values = collect_values(request.query_params, names, lists)
            return model.model_validate(values, context={"caller": getattr(request.state, "caller", None)})
        except ValidationError as error:
            problems = error.errors(include_url=False)
            raise RequestValidationError(
                [{**each, "loc": ("query", *each["loc"])} for each in problems]
            ) from None

    setattr(read_filters, MODEL, model)
    return Depends(read_filters)


def list_names_of_lists(model: type[BaseModel]) -> list[str]:
    """The names of a model's filters that take several values."""
    return [name for name, field in model.model_fields.items() if _holds_list(field.annotation)]


def collect_values(query: QueryParams, names: frozenset[str], lists: frozenset[str]) -> dict[str, Any]:
    """The values of a query: all of a list's, the last of any other, and whatever else was sent."""
    values: dict[str, Any] = {}
    others: dict[str, list[str]] = {}
    for name, value in query.multi_items():
        if name in lists:
            values.setdefault(name, []).append(value)
        elif name in names:
            values[name] = value
        else:
            others.setdefault(name, []).append(value)
    values.update((name, sent[0] if len(sent) == 1 else sent) for name, sent in others.items())
    return values


def build_filter_table(routers: Iterable[APIRouter]) -> dict[str, type[BaseModel]]:
    """The model of every list's filters, by the operation's name."""
    routes = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
    models = {route.name: _find_model(route.endpoint) for route in routes}
    return {name: model for name, model in models.items() if model is not None}


def describe_filters(models: Mapping[str, type[BaseModel]]) -> dict[str, Any]:
    """An OpenAPI document of nothing but the filters, as FastAPI describes a query of the same models."""
    return get_openapi(
        title="filters", version="", routes=[_make_route(name, model) for name, model in models.items()]
    )


def _make_route(name: str, model: type[BaseModel]) -> APIRoute:
    async def read(query: Any) -> None:
        """Read the filters from the query."""

    read.__annotations__["query"] = Annotated[model, Query()]
    return APIRoute(f"/{name}", read, methods=["GET"], name=name, operation_id=name)


def _find_model(endpoint: Callable[..., Any]) -> type[BaseModel] | None:
    marks = [
        mark
        for parameter in inspect.signature(endpoint).parameters.values()
        for mark in getattr(parameter.annotation, "__metadata__", ())
    ]
    models = [getattr(mark.dependency, MODEL, None) for mark in marks if isinstance(mark, Dependency)]
    return next((model for model in models if model is not None), None)


def _holds_list(annotation: Any) -> bool:
    return get_origin(annotation) is list or any(get_origin(part) is list for part in get_args(annotation))
