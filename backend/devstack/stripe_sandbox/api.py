"""The API under /v1/: key, idempotency, routes."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from backend.devstack.stripe_sandbox import (
    credentials,
    errors,
    forms,
    lists,
    objects,
    payment_intents,
    refunds,
)
from backend.devstack.stripe_sandbox.calls import Call
from backend.devstack.stripe_sandbox.faults import Faults
from backend.devstack.stripe_sandbox.store import Answer, Store

Json = dict[str, Any]
Operation = Callable[..., Json]


class Request(NamedTuple):
    method: str
    path: str
    # The query of a GET, the form of a POST.
    text: str
    headers: Mapping[str, str]


class Reply(NamedTuple):
    status: int
    body: str
    headers: dict[str, str]


def _reader(kind: str, *, param: str = "id") -> Operation:
    return lambda call, id: call.store.find(kind, id, param=param)


def _lister(kind: str, url: str) -> Operation:
    return lambda call: lists.listing(call, kind, url=url)


_ROUTES: list[tuple[str, str, Operation]] = [
    ("POST", r"/v1/payment_intents", payment_intents.create),
    ("GET", r"/v1/payment_intents", _lister("payment_intent", "/v1/payment_intents")),
    ("GET", r"/v1/payment_intents/(\w+)", payment_intents.retrieve),
    ("POST", r"/v1/payment_intents/(\w+)", payment_intents.update),
    ("POST", r"/v1/payment_intents/(\w+)/confirm", payment_intents.confirm),
    ("POST", r"/v1/payment_intents/(\w+)/cancel", payment_intents.cancel),
    ("POST", r"/v1/refunds", refunds.create),
    ("GET", r"/v1/refunds", _lister("refund", "/v1/refunds")),
    ("GET", r"/v1/refunds/(\w+)", refunds.retrieve),
    ("GET", r"/v1/charges", _lister("charge", "/v1/charges")),
    ("GET", r"/v1/charges/(\w+)", _reader("charge")),
    ("GET", r"/v1/events", _lister("event", "/v1/events")),
    ("GET", r"/v1/events/(\w+)", _reader("event")),
]


class Api:
    def __init__(self, *, store: Store, faults: Faults, api_key: str, base_url: str) -> None:
        self._store = store
        self._faults = faults
        self._api_key = api_key
        self._base_url = base_url

    def call(self, *, params: Json, request_id: str | None = None, key: str | None = None) -> Call:
        return Call(
            store=self._store,
            faults=self._faults,
            params=params,
            base_url=self._base_url,
            request_id=request_id,
            idempotency_key=key,
        )

    def answer(self, request: Request) -> Reply:
        request_id = objects.new_id("req")
        key = request.headers.get("Idempotency-Key") if request.method == "POST" else None
        headers = {"Request-Id": request_id, "Stripe-Version": objects.API_VERSION}
        with self._store.transaction():
            earlier = self._store.answer_to(key) if key else None
            if key and earlier:
                return _replay(earlier, request, key=key, headers=headers | {"Idempotency-Key": key})
            status, body, is_executed = self._perform(request, request_id=request_id, key=key)
            if key and is_executed:
                self._store.remember(key, Answer(_fingerprint(request), status, body))
        return Reply(status, body, headers | ({"Idempotency-Key": key} if key else {}))

    def _perform(self, request: Request, *, request_id: str, key: str | None) -> tuple[int, str, bool]:
        """A refusal is caught inside the transaction: what a declined card left behind has to stay."""
        try:
            credentials.check(request.headers.get("Authorization", ""), api_key=self._api_key)
            operation, arguments = _route(request)
            call = self.call(params=forms.parse(request.text), request_id=request_id, key=key)
            return 200, json.dumps(lists.expand(call, operation(call, *arguments))), True
        except errors.Refused as refused:
            return refused.status, json.dumps(refused.body), refused.is_executed


def _route(request: Request) -> tuple[Operation, tuple[str, ...]]:
    for method, pattern, operation in _ROUTES:
        found = re.fullmatch(pattern, request.path)
        if found and method == request.method:
            return operation, found.groups()
    raise errors.unknown_url(request.method, request.path)


def _fingerprint(request: Request) -> str:
    words = json.dumps([request.path, sorted(parse_qsl(request.text, keep_blank_values=True))])
    return hashlib.sha256(words.encode()).hexdigest()


def _replay(earlier: Answer, request: Request, *, key: str, headers: dict[str, str]) -> Reply:
    if earlier.fingerprint != _fingerprint(request):
        refused = errors.key_reused(key)
        return Reply(refused.status, json.dumps(refused.body), headers)
    return Reply(earlier.status, earlier.body, headers | {"Idempotent-Replayed": "true"})
