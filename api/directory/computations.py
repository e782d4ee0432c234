"""What requests of identity providers compute: filters, patches and representations, beside the event loop.

Functions for a computing process: they take and return what can travel, and errors as SCIM describes them.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from pydantic import ValidationError
from scim2_models import (
    Context,
    Error,
    InvalidFilterException,
    ListResponse,
    PatchOp,
    Resource,
    ResponseParameters,
    SCIMException,
    ScimPolicy,
    SearchRequest,
)
from scim2_models import InvalidValueException as InvalidValue

from api.directory.errors import RefusedError

DEFAULT_RESULTS, MAX_RESULTS = 100, 200
MAX_FILTER, MAX_OPERATIONS, MAX_VALUES = 2_000, 100, 20
MAX_START = 1_000_000_000
UNBOUNDED = frozenset({"members"})
"""Attributes with as many values as a body holds: the members of a group."""

LENIENT = ScimPolicy(
    unknown=ScimPolicy.Unknown.ignore,
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
)
"""Okta and Microsoft Entra send more attributes than are kept, and patches that deviate from RFC 7644."""

Describe = Callable[[Any], Resource[Any]]
Result = TypeVar("Result")


def parse_search(model: Any, document: dict[str, Any], context: Context | None = None) -> Any:
    """A search; refused where its filter is too long."""
    if len(str(document.get("filter", ""))) > MAX_FILTER:
        raise InvalidFilterException(detail=f"a filter has at most {MAX_FILTER:,} characters")
    if context is None:
        return SearchRequest[model].model_validate(document)
    return SearchRequest[model].model_validate(document, scim_ctx=context, scim_policy=LENIENT)


def write_page(
    model: Any, document: dict[str, Any], context: Context | None, describe: Describe, stored: Sequence[Any]
) -> Any:
    """One page of the stored resources that a search matches, as a document."""
    return _travel(lambda: _write_page(model, parse_search(model, document, context), describe, stored))


def _write_page(model: Any, search: Any, describe: Describe, stored: Sequence[Any]) -> Any:
    first = min(max(search.start_index or 1, 1), MAX_START) - 1
    count = min(DEFAULT_RESULTS if search.count is None else max(search.count, 0), MAX_RESULTS)
    if search.filter is None:
        total, page = len(stored), [describe(each) for each in stored[first : first + count]]
    else:
        matching = [each for each in map(describe, stored) if search.filter.match(each)]
        total, page = len(matching), matching[first : first + count]
    answer = ListResponse[model](
        total_results=total, start_index=first + 1, items_per_page=len(page), resources=page
    )
    wanted = ResponseParameters[model](
        attributes=search.attributes, excluded_attributes=search.excluded_attributes
    )
    return answer.model_dump(scim_ctx=Context.RESOURCE_QUERY_RESPONSE, response_parameters=wanted)


def patch(describe: Describe, stored: Any, document: dict[str, Any]) -> Any:
    """A stored resource as the operations of a patch want it."""
    return _travel(lambda: _patch(describe(stored), document))


def _patch(resource: Any, document: dict[str, Any]) -> Any:
    sent = document.get("Operations")
    if isinstance(sent, list) and len(sent) > MAX_OPERATIONS:
        raise InvalidValue(detail=f"a patch has at most {MAX_OPERATIONS} operations: send several")
    operations = PatchOp[type(resource)].model_validate(  # type: ignore[misc]
        document, scim_ctx=Context.RESOURCE_PATCH_REQUEST, scim_policy=LENIENT
    )
    operations.patch(resource, LENIENT)
    check_values(resource)
    return resource


def check_values(resource: Any) -> None:
    """Refuse more values of an attribute than people have."""
    for name in type(resource).model_fields:
        values = getattr(resource, name)
        if name not in UNBOUNDED and isinstance(values, list) and len(values) > MAX_VALUES:
            raise InvalidValue(detail=f"{name} has at most {MAX_VALUES} values")


def read_resource(model: Any, document: dict[str, Any], context: Context) -> Any:
    """A person or group as a body describes one."""
    return _travel(lambda: _read_resource(model, document, context))


def _read_resource(model: Any, document: dict[str, Any], context: Context) -> Any:
    resource = model.model_validate(document, scim_ctx=context, scim_policy=LENIENT)
    check_values(resource)
    return resource


def write_resource(describe: Describe, stored: Any, context: Context, wanted: dict[str, str]) -> Any:
    """A stored resource with the wanted attributes, as a document, and its address."""
    return _travel(lambda: _write_resource(describe(stored), context, wanted))


def _write_resource(resource: Resource[Any], context: Context, wanted: dict[str, str]) -> Any:
    parameters = ResponseParameters[type(resource)].model_validate(wanted)  # type: ignore[misc]
    location = str(resource.meta.location) if resource.meta and resource.meta.location else None
    return resource.model_dump(scim_ctx=context, response_parameters=parameters), location


def _travel(work: Callable[[], Result]) -> Result:
    """The result of a function, or its error as one that can travel."""
    try:
        return work()
    except ValidationError as error:
        raise RefusedError(Error.from_validation_errors(error)[0]) from None
    except SCIMException as error:
        raise RefusedError(error.to_error()) from None
