"""Examples in OpenAPI."""

from typing import Any

from pydantic import ConfigDict


def example(body: dict[str, Any]) -> ConfigDict:
    """A schema's `model_config` that shows the body in the docs."""
    return ConfigDict(json_schema_extra={"example": body})
