"""HTTP for the sandbox: /v1/ is Stripe's API, /pay/ the customer's page, /_sandbox/ the switches."""

import json
import logging
import re
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from backend.devstack.stripe_sandbox import errors, page
from backend.devstack.stripe_sandbox.api import Request
from backend.devstack.stripe_sandbox.bank import Bank

_log = logging.getLogger("stripe")

_HTML = "text/html; charset=utf-8"
_MOST_BYTES = 1 << 20


class Handler(BaseHTTPRequestHandler):
    """Bound to its bank by a subclass that sets `bank`."""

    bank: Bank
    protocol_version = "HTTP/1.1"
    server_version = "StripeSandbox"
    sys_version = ""
    disable_nagle_algorithm = True
    # Headers and body leave in one packet.
    wbufsize = -1

    def do_GET(self) -> None:
        self._dispatch()

    def do_POST(self) -> None:
        self._dispatch()

    def do_DELETE(self) -> None:
        self._dispatch()

    def log_message(self, format: str, *args: Any) -> None:
        _log.debug(format, *args)

    def _dispatch(self) -> None:
        path = urlsplit(self.path).path
        body = self._body()
        if path.startswith("/_sandbox/"):
            self._control(path, body)
        elif path.startswith("/pay/"):
            self._pay(path.removeprefix("/pay/"), body)
        elif path == "/":
            self._send(303, "", headers={"Location": "/pay/"})
        else:
            self._answer_api(path, body)

    def _answer_api(self, path: str, body: str) -> None:
        faults = self.bank.faults
        failure = self._waited(path)
        if faults.is_dropped(path):
            return self._hang_up()
        failure = failure or faults.failure_of(path)
        if failure:
            return self._send(failure.status, json.dumps(failure.body), headers=self._advice(failure))
        text = body if self.command == "POST" else urlsplit(self.path).query
        headers = {name.title(): value for name, value in self.headers.items()}
        reply = self.bank.api.answer(Request(self.command, path, text, headers))
        self.bank.wake()
        _log.info("%s %s: %s", self.command, path, reply.status)
        if faults.is_answer_dropped(path):
            return self._hang_up()
        return self._send(reply.status, reply.body, headers=reply.headers, is_api=True)

    def _waited(self, path: str) -> errors.Refused | None:
        """Wait as told; refused is one whose idempotency key waits already."""
        faults, key = self.bank.faults, self.headers.get("Idempotency-Key") or ""
        if not (faults.delay_of(path) or faults.switches.hold):
            return None
        if key in self.bank.keys_in_use:
            return errors.key_in_use(key)
        self.bank.keys_in_use |= {key} - {""}
        time.sleep(faults.delay_of(path))
        faults.wait(path)
        self.bank.keys_in_use -= {key}
        return None

    def _advice(self, failure: errors.Refused) -> dict[str, str]:
        """Stripe's headers that say whether, and when, to try again."""
        should_retry = self.bank.faults.switches.fail_retry
        wait = {"Retry-After": "1"} if failure.status == 429 else {}
        return wait | ({"Stripe-Should-Retry": should_retry} if should_retry else {})

    def _pay(self, id: str, body: str) -> None:
        store = self.bank.store
        with store.transaction():
            intents = store.all_of("payment_intent") if not id else []
            intent = store.find_any(id) if re.fullmatch(r"pi_\w+", id) else None
        if not id:
            self._send(200, page.index(intents), kind=_HTML)
        elif intent is None:
            self._send(404, page.not_found(), kind=_HTML)
        elif self.command == "POST":
            self._pay_one(id, parse_qs(body).get("payment_method", ["pm_card_visa"])[0])
        else:
            self._send(200, page.payment(intent), kind=_HTML)

    def _pay_one(self, id: str, payment_method: str) -> None:
        """With `Accept: application/json` a script gets the intent, or Stripe's error, and no page."""
        is_script = "application/json" in self.headers.get("Accept", "")
        try:
            intent = self.bank.pay(id, payment_method=payment_method)
        except errors.Refused as refused:
            after = self.bank.store.find("payment_intent", id)
            text = json.dumps(refused.body) if is_script else page.payment(after, problem=str(refused))
            return self._send(refused.status, text, kind="application/json" if is_script else _HTML)
        if is_script:
            return self._send(200, json.dumps(intent))
        return self._send(200, page.payment(intent), kind=_HTML)

    def _control(self, path: str, body: str) -> None:
        try:
            answer = self._switch(path, json.loads(body or "{}"))
        except (ValueError, TypeError, errors.Refused) as error:
            return self._send(400, json.dumps({"error": str(error)}))
        return self._send(200, json.dumps(answer))

    def _switch(self, path: str, wish: dict[str, Any]) -> Any:
        refund = re.fullmatch(r"/_sandbox/refunds/(\w+)", path)
        if refund:
            return self.bank.settle_refund(refund[1], status=str(wish.get("status")))
        if path != "/_sandbox/faults":
            raise ValueError("POST, GET or DELETE /_sandbox/faults, or POST /_sandbox/refunds/{id}")
        if self.command == "DELETE":
            self.bank.faults.reset()
        if self.command == "POST":
            self.bank.faults.set(**wish)
        return self.bank.faults.as_json()

    def _body(self) -> str:
        length = min(int(self.headers.get("Content-Length") or 0), _MOST_BYTES)
        return self.rfile.read(length).decode(errors="replace")

    def _send(
        self,
        status: int,
        text: str,
        *,
        kind: str = "application/json",
        headers: dict[str, str] | None = None,
        is_api: bool = False,
    ) -> None:
        content = text.encode()
        self.send_response(status)
        for name, value in {
            "Content-Type": kind,
            "Content-Length": str(len(content)),
            **(headers or {}),
        }.items():
            self.send_header(name, value)
        self.end_headers()
        if is_api and self.bank.faults.switches.drip:
            return self._drip(content)
        self.wfile.write(content)
        return None

    def _drip(self, content: bytes) -> None:
        """Byte by byte, until all is told or nobody listens any more."""
        with suppress(ConnectionError):
            for byte in content:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                time.sleep(self.bank.faults.switches.drip)

    def _hang_up(self) -> None:
        self.close_connection = True
