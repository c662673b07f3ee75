"""Every operation that the OpenAPI schema describes, for tests that go over all of them."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from api import v1
from tests.caller import Caller

NOWHERE = "00000000-0000-4000-8000-00000000dead"
# As a client gets it: references and numbers as plain JSON.
SCHEMA: dict[str, Any] = json.loads(json.dumps(v1.api.get_openapi_schema(), default=str))
SIGNED_PATHS = ("payments/webhook/", "shipping/webhook/")


@dataclass(frozen=True)
class Operation:
    """One method of one path; `path` is relative to /api/v1/."""

    method: str
    path: str
    spec: Any

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def gate(self) -> str:
        """Who may call it: Staff, SignedIn, CarrierSignature, or nobody in particular."""
        named = self.spec.get("security") or [{"": []}]
        return next(iter(named[0]))

    @property
    def takes_json(self) -> bool:
        return "application/json" in self.spec.get("requestBody", {}).get("content", {})

    @property
    def has_body(self) -> bool:
        return self.takes_json and self.path not in SIGNED_PATHS

    @property
    def body_schema(self) -> Any:
        return resolved(self.spec["requestBody"]["content"]["application/json"]["schema"])

    def parameters(self, place: str) -> Iterator[Any]:
        return (one for one in self.spec.get("parameters", []) if one["in"] == place)

    def filled(self, value: str = NOWHERE) -> str:
        """The path with `value` for each of its parameters."""
        return re.sub(r"{\w+}", lambda _: value, self.path)


def resolved(schema: Any) -> Any:
    """The schema behind its reference; of `X or null`, X."""
    if "$ref" in schema:
        return resolved(SCHEMA["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    choices = [one for one in schema.get("anyOf", []) if one.get("type") != "null"]
    return resolved(choices[0]) if len(choices) == 1 else schema


def all_operations() -> Iterator[Operation]:
    for path, methods in SCHEMA["paths"].items():
        for method, spec in methods.items():
            yield Operation(method.upper(), path.removeprefix("/api/v1/"), spec)


def call(caller: Caller, operation: Operation, path: str | None = None, body: Any = b"", **extra: Any) -> Any:
    """The answer; unlike Caller's methods, for bytes, odd headers and odd methods."""
    content_type = extra.pop("content_type", "application/json")
    return caller.client.generic(
        extra.pop("method", operation.method),
        f"/api/v1/{operation.filled() if path is None else path}",
        data=body,
        content_type=content_type,
        headers={**caller.headers, **extra.pop("headers", {})},
        **extra,
    )


def assert_refused(answer: Any, *statuses: int) -> dict[str, Any]:
    """The contract's error and nothing else; returns it."""
    asked = f"{answer.request['REQUEST_METHOD']} {answer.request['PATH_INFO'][:200]}"
    assert answer.status_code in statuses, (asked, answer.status_code, answer.content[:500])
    error = answer.json()
    assert {"error", "code", "details"} <= set(error), error
    assert isinstance(error["error"], str)
    assert isinstance(error["code"], str)
    assert error["details"] is None or isinstance(error["details"], dict)
    return error


ALL = list(all_operations())
WITH_BODY = [operation for operation in ALL if operation.has_body]
