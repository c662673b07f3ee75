"""The frames that are made here, as JSON text; updates come ready from the relay (tasks/relay.py)."""

import json
from typing import Any


def snapshot(*, topic: str, version: int, data: Any) -> str:
    """How things stand: what a client gets first on each topic."""
    return _text({"type": "snapshot", "topic": topic, "version": version, "data": data})


def error(*, code: str, message: str) -> str:
    """What is wrong, before the close."""
    return _text({"type": "error", "code": code, "error": message})


def _text(frame: dict[str, Any]) -> str:
    return json.dumps(frame, separators=(",", ":"))
