"""What a person must say expressly."""

from typing import Annotated

from pydantic import AfterValidator, Field, StrictBool


def _check_consent(consent: bool) -> bool:
    if not consent:
        raise ValueError("must be true")
    return consent


Consent = Annotated[StrictBool, AfterValidator(_check_consent), Field(json_schema_extra={"const": True})]
