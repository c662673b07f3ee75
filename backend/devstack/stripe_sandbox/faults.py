"""Switches that make the sandbox misbehave, for tests and for trying a shop's nerves by hand.

`POST /_sandbox/faults` with a JSON object sets the named switches, `GET` shows all, `DELETE` resets them.
They live in memory: a restart ends them too.

  delay             seconds that every API answer waits
  fail              how many of the next API requests fail, unheard, with `fail_status`
  fail_status       500 unless set; 429 and 503 are of interest too
  drop              how many of the next API requests lose their connection before they are heard
  drop_answer       how many of the next API requests do their work and lose the connection then
  only              the switches above mean only paths that begin with this
  webhook_drop      how many of the next webhooks are never sent
  webhook_delay     seconds that every new webhook waits
  webhook_copies    how often every new webhook is sent
  webhook_shuffle   new webhooks arrive in any order, spread over two seconds
  refunds           "succeed", "fail" (a refund that fails at once) or "pending" (settled later by
                    POST /_sandbox/refunds/{id} with {"status": "succeeded"} or {"status": "failed"})
"""

import random
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any


@dataclass(frozen=True)
class Switches:
    delay: float = 0
    fail: int = 0
    fail_status: int = 500
    drop: int = 0
    drop_answer: int = 0
    only: str = "/"
    webhook_drop: int = 0
    webhook_delay: float = 0
    webhook_copies: int = 1
    webhook_shuffle: bool = False
    refunds: str = "succeed"


@dataclass
class Faults:
    """The switches as they stand; counters count down as they are used."""

    _switches: Switches = field(default_factory=Switches)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def set(self, **changes: Any) -> None:
        """Raises ValueError for a switch that does not exist or a value of the wrong kind."""
        for name, value in changes.items():
            _check(name, value)
        with self._lock:
            self._switches = replace(self._switches, **changes)

    def reset(self) -> None:
        with self._lock:
            self._switches = Switches()

    def as_json(self) -> Mapping[str, Any]:
        return asdict(self._switches)

    def delay_of(self, path: str) -> float:
        return self._switches.delay if self._concerns(path) else 0

    def failure_of(self, path: str) -> int | None:
        """The status that this request fails with, if it is to fail."""
        return self._switches.fail_status if self._concerns(path) and self._use("fail") else None

    def is_dropped(self, path: str) -> bool:
        return self._concerns(path) and self._use("drop")

    def is_answer_dropped(self, path: str) -> bool:
        return self._concerns(path) and self._use("drop_answer")

    def refund_status(self) -> str:
        return {"succeed": "succeeded", "fail": "failed", "pending": "pending"}[self._switches.refunds]

    def webhook_waits(self) -> list[float]:
        """After how many seconds a new event is to be sent, once per copy."""
        if self._use("webhook_drop"):
            return []
        now = self._switches
        # SystemRandom, since a test suite seeds the shared generator.
        spread = 2 * random.SystemRandom().random() if now.webhook_shuffle else 0
        return [now.webhook_delay + spread] * now.webhook_copies

    def _concerns(self, path: str) -> bool:
        return path.startswith(self._switches.only)

    def _use(self, counter: str) -> bool:
        with self._lock:
            left = getattr(self._switches, counter)
            if left:
                self._switches = replace(self._switches, **{counter: left - 1})
        return bool(left)


def _check(name: str, value: object) -> None:
    defaults = {one.name: one.default for one in fields(Switches)}
    if name not in defaults:
        raise ValueError(f"There is no switch {name!r}: {', '.join(defaults)}")
    wanted = (
        (int, float) if isinstance(defaults[name], float) or name.endswith("delay") else type(defaults[name])
    )
    if not isinstance(value, wanted):
        raise ValueError(f"{name} is to be like {defaults[name]!r}, not {value!r}")
    if name == "refunds" and value not in {"succeed", "fail", "pending"}:
        raise ValueError("refunds is one of succeed, fail, pending")
