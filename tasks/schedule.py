"""What beat starts, and how often in seconds."""

from typing import Any

BEAT: dict[str, dict[str, Any]] = {}
