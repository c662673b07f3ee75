"""Switches that make the sandbox misbehave, for tests and for trying a shop's nerves by hand.

`POST /_sandbox/faults` with a JSON object sets the named switches, `GET` shows all, `DELETE` resets them.
They live in memory: a restart ends them too.

  delay             seconds that every API request waits before it is heard; one with the same idempotency
                    key is refused meanwhile, as at Stripe (409, idempotency_key_in_use)
  hold              API requests wait, as by `delay`, until this is switched off; GET shows how many: `held`
  drip              seconds between any two bytes of an API answer
  fail              how many of the next API requests fail, unheard, with `fail_status`
  fail_status       500 unless set; 429 and 503 are of interest too
  fail_code         the code in such a failure, e.g. "lock_timeout"
  fail_retry        the header Stripe-Should-Retry of such a failure: "true", "false" or, unless set, none
  drop              how many of the next API requests lose their connection before they are heard
  drop_answer       how many of the next API requests do their work and lose the connection then
  only              the switches above mean only paths that begin with this
  webhook_drop      how many of the next webhooks are never sent
  webhook_delay     seconds that every new webhook waits
  webhook_copies    how often every new webhook is sent
  webhook_shuffle   new webhooks arrive in any order, spread over two seconds
  webhook_secret    webhooks are signed with this, not with the shop's secret
  webhook_age       seconds since webhooks were signed; Stripe's libraries take up to 300
  webhook_version   the API version of new events
  refunds           "succeed", "fail" (a refund that fails at once) or "pending" (settled later by
                    POST /_sandbox/refunds/{id} with {"status": "succeeded"} or {"status": "failed"})
"""

import random
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from backend.devstack.stripe_sandbox import errors

MOST_HELD_SECONDS = 60


@dataclass(frozen=True)
class Switches:
    delay: float = 0
    hold: bool = False
    drip: float = 0
    fail: int = 0
    fail_status: int = 500
    fail_code: str = ""
    fail_retry: str = ""
    drop: int = 0
    drop_answer: int = 0
    only: str = "/"
    webhook_drop: int = 0
    webhook_delay: float = 0
    webhook_copies: int = 1
    webhook_shuffle: bool = False
    webhook_secret: str = ""
    webhook_age: float = 0
    webhook_version: str = ""
    refunds: str = "succeed"


@dataclass
class Faults:
    """The switches as they stand; counters count down as they are used."""

    _switches: Switches = field(default_factory=Switches)
    _lock: threading.Condition = field(default_factory=threading.Condition)
    held: int = 0

    def set(self, **changes: Any) -> None:
        """Raises ValueError for a switch that does not exist or a value of the wrong kind."""
        for name, value in changes.items():
            _check(name, value)
        with self._lock:
            self._switches = replace(self._switches, **changes)
            self._lock.notify_all()

    def reset(self) -> None:
        with self._lock:
            self._switches = Switches()
            self._lock.notify_all()

    def as_json(self) -> Mapping[str, Any]:
        return asdict(self._switches) | {"held": self.held}

    @property
    def switches(self) -> Switches:
        return self._switches

    def delay_of(self, path: str) -> float:
        return self._switches.delay if self._concerns(path) else 0

    def wait(self, path: str) -> None:
        """As long as `hold` is on, and a minute at most, so that no thread is left behind."""
        with self._lock:
            self.held += 1
            self._lock.notify_all()
            self._lock.wait_for(
                lambda: not (self._switches.hold and self._concerns(path)), timeout=MOST_HELD_SECONDS
            )
            self.held -= 1

    def failure_of(self, path: str) -> errors.Refused | None:
        """What this request fails with, if it is to fail."""
        if not (self._concerns(path) and self._use("fail")):
            return None
        return errors.Refused(
            "The sandbox was told to fail.",
            status=self._switches.fail_status,
            type="api_error",
            code=self._switches.fail_code or None,
        )

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


_SECONDS = {"delay", "drip", "webhook_delay", "webhook_age"}


def _check(name: str, value: object) -> None:
    defaults = {one.name: one.default for one in fields(Switches)}
    if name not in defaults:
        raise ValueError(f"There is no switch {name!r}: {', '.join(defaults)}")
    wanted = (int, float) if name in _SECONDS else type(defaults[name])
    if not isinstance(value, wanted):
        raise ValueError(f"{name} is to be like {defaults[name]!r}, not {value!r}")
    if name == "refunds" and value not in {"succeed", "fail", "pending"}:
        raise ValueError("refunds is one of succeed, fail, pending")
