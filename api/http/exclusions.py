"""Lists from which rows can be left out by the values of their filters: `without=service:checkout`."""

from collections.abc import Iterable

from pydantic import Field, ValidationError, field_validator

from api.http.list_filters import list_names_of_lists
from api.http.pagination import PageRequest

MAX_EXCLUSIONS = 50
SEPARATOR = ":"


class ExcludingPageRequest(PageRequest):
    """The parameters of a list whose filters of several values can also leave rows out."""

    without: list[str] | None = Field(
        None,
        max_length=MAX_EXCLUSIONS,
        description="Leaves rows out: the name of a filter, a colon and a value, such as `service:checkout`",
    )

    @field_validator("without")
    @classmethod
    def check_exclusions(cls, exclusions: list[str] | None) -> list[str] | None:
        """Require of each that its filter takes several values, and would take this one."""
        filters = [name for name in list_names_of_lists(cls) if name != "without"]
        for exclusion in exclusions or ():
            name, _, value = exclusion.partition(SEPARATOR)
            if name not in filters:
                choices = ", ".join(f"{each}:" for each in filters)
                raise ValueError(f"{exclusion!r} must begin with one of {choices}")
            try:
                cls.model_validate({name: [value]})
            except ValidationError as error:
                raise ValueError(f"{exclusion!r}: {error.errors()[0]['msg']}") from None
        return exclusions


def group_exclusions(exclusions: Iterable[str]) -> dict[str, list[str]]:
    """The values to leave out, by the name of their filter."""
    grouped: dict[str, list[str]] = {}
    for exclusion in exclusions:
        name, _, value = exclusion.partition(SEPARATOR)
        grouped.setdefault(name, []).append(value)
    return grouped
