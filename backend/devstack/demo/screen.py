"""The terminal of the demo: calls and frames in the order in which they happen, one line each."""

import os
import re
import sys
import threading
from typing import Any

Json = dict[str, Any]

_WIDTH = 118
# UUIDs are told apart by their beginning.
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_COLORS = {"cart": 36, "stock": 33, "order": 32, "orders": 34, "staff": 35, "mail": 96}


class Failed(RuntimeError):
    """A step or an expected frame is missing; the text says which."""


class Screen:
    """Every thread writes here, one whole line at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_colored = sys.stdout.isatty() and "NO_COLOR" not in os.environ

    def title(self, text: str) -> None:
        """A new part of the journey."""
        self._write("", 0)
        self._write(text, 1)

    def call(self, who: str, what: str, status: int, essence: str) -> None:
        """A request and its answer."""
        self._write(f"  {who:<7} {_short(what):<44} {status}  {essence}", 0)

    def frame(self, socket: str, frame: Json) -> None:
        """What a socket has just brought."""
        topic, version = frame.get("topic", "?"), frame.get("version", "?")
        what = frame.get("event") or frame.get("type")
        line = f"{_short(str(topic)):<21} v{version:<3} {what:<18} {_essence(frame.get('data'))}"
        self._write(f"    <~ {socket:<6} {line}", _COLORS.get(socket, 0))

    def mail(self, to: str, subject: str) -> None:
        """A mail that has arrived."""
        self._write(f"    <~ mail   {to}: {subject}", _COLORS["mail"])

    def _write(self, line: str, color: int) -> None:
        text = line if len(line) <= _WIDTH else line[: _WIDTH - 1] + "…"
        with self._lock:
            print(f"\x1b[{color}m{text}\x1b[0m" if self._is_colored and color else text, flush=True)


def _short(text: str) -> str:
    return _UUID.sub(lambda found: f"{found[0][:8]}…", text)


def _essence(data: Any) -> str:
    """What changed, in a few words, whatever the frame is about."""
    if isinstance(data, list):
        return f"{len(data)} rows"
    if not isinstance(data, dict):
        return str(data)
    if "message" in data:
        return str(data["message"])
    if "total_items" in data:
        return f"{data['total_items']} units, {data['subtotal']}"
    if "quantity" in data:
        return f"{data['quantity']} to sell"
    return _order(data)


def _order(data: Json) -> str:
    payment = data.get("payment")
    words = [data.get("order_number", ""), data.get("status", ""), data.get("total_amount", "")]
    if payment:
        words.append(f"payment {payment['status']}")
    if data.get("tracking_number"):
        words.append(data["tracking_number"])
    return " ".join(words)
