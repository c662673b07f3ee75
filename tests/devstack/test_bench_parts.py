"""The bench's own programs, each by itself."""

import asyncio
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Coroutine
from types import SimpleNamespace
from typing import Any

import pytest
import stripe

from backend.catalog.models import Category
from backend.devstack import ports
from backend.devstack.bench import cpu, listen, memory, requests, trivial
from backend.devstack.bench.copying import write
from backend.devstack.bench.journey import Buying
from backend.devstack.bench.load import Job, Result, drive
from backend.devstack.bench.till import Till
from backend.devstack.bench.wire import Unexpected, Wire

BURN = "import sys\nfor _ in range(6_000_000): pass\nsys.stdin.read()"
PARENT = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]])"


@pytest.fixture
def free_port() -> int:
    return ports.find_free()


async def beside_trivial(work: Coroutine[Any, Any, Any], port: int) -> Any:
    server = await asyncio.get_running_loop().create_server(trivial.Echo, "127.0.0.1", port)
    async with server:
        return await work


def driven(tmp_path, port: int, **more: Any) -> Result:
    requests.write(tmp_path / "asked", [requests.get(f"/{place}") for place in range(100)])
    sizes = {"pids": {}, "seconds": 60, "warm_up": 0, "connections": 4, **more}
    job = Job(port=port, requests=str(tmp_path / "asked"), **sizes)
    result = asyncio.run(beside_trivial(drive(job), port))
    assert isinstance(result, Result)
    return result


def test_load_sends_each_request_once_and_says_that_it_ran_out(tmp_path, free_port):
    result = driven(tmp_path, free_port, skip=40)

    assert (result.sent, result.statuses, result.ran_out) == (60, {"200": 60}, True)


def test_load_goes_round_in_a_circle_as_often_as_it_is_told(tmp_path, free_port):
    result = driven(tmp_path, free_port, is_circle=True, most=250)

    assert (result.sent, result.statuses) == (250, {"200": 250})


class Rounds:
    """Listeners and trigger at once: each round reaches everybody at once."""

    def __init__(self) -> None:
        self.arrivals: list[tuple[int, float]] = []

    async def fire(self) -> tuple[int, float]:
        now = time.monotonic()
        self.arrivals.append((len(self.arrivals), now))
        return len(self.arrivals) - 1, now

    async def reached(self, version: int) -> None:
        assert version == len(self.arrivals) - 1


def test_rounds_by_the_clock_keep_their_distance_from_those_before(monkeypatch):
    monkeypatch.setattr(listen, "ROUNDS_A_SECOND", 50)
    rounds: Any = Rounds()
    began_at = time.monotonic()

    delays = asyncio.run(listen._by_the_clock(rounds, rounds, 0.04))

    moments = [at for _, at in rounds.arrivals]
    assert [at - began_at >= place / 50 for place, at in enumerate(moments, 1)] == [True, True]
    assert delays.p99 == 0


def test_memory_is_looked_at_after_reads_by_guests_and_users_and_writes(tmp_path):
    for name in memory._MIX:
        (tmp_path / f"{name}.requests").write_text("\n".join(f"{name} {place}" for place in range(8)))
    measure: Any = SimpleNamespace(file=lambda name: tmp_path / name)

    memory._mix(measure)

    lines = [line.rsplit(" ", 1)[0] for line in (tmp_path / "mix.requests").read_text().splitlines()]
    # Details are used up first: three in a turn of eight.
    assert Counter(lines) == {name: 2 * count for name, count in memory._MIX.items()}
    assert {"popular lists signed in", "details signed in", "add"} <= set(lines)


def test_processor_time_is_that_of_children_too():
    with subprocess.Popen([sys.executable, "-c", PARENT, BURN], stdin=subprocess.PIPE) as parent:
        while len(cpu.tree(parent.pid)) < 2 or cpu.of_trees({"it": parent.pid})["it"] < 0.1:
            assert parent.poll() is None
        assert parent.pid in cpu.tree(parent.pid)
        assert cpu.seconds_of(parent.pid) < cpu.of_trees({"it": parent.pid})["it"]


def test_processor_time_of_nobody_is_none():
    assert cpu.of_trees({"it": 2**22 + 1}) == {"it": 0}


def test_one_buyer_goes_all_the_way_even_if_time_is_up_at_once(monkeypatch):
    async def buy(self: Buying, buyer: dict[str, Any]) -> None:
        """Nobody is asked."""

    monkeypatch.setattr(Buying, "_buy", buy)
    nobody: Any = None
    buying = Buying(nobody, nobody, pays=False)

    asyncio.run(buying.go(iter([{"token": "a"}, {"token": "b"}]), until=0.0))

    assert len(buying.delays) == 1


def test_till_opens_an_intent_has_it_paid_and_signs_the_event():
    till = Till(secret="whsec_bench")
    opened = till.answer("POST", "/v1/payment_intents", "amount=1999&currency=usd&metadata[order_id]=7")
    assert opened is not None
    assert (opened["status"], opened["amount"], opened["metadata"]) == (
        "requires_payment_method",
        1999,
        {"order_id": "7"},
    )

    told = till.answer("POST", f"/pay/{opened['id']}", "")

    assert told is not None
    event = stripe.Webhook.construct_event(told["body"], told["signature"], "whsec_bench")
    assert (event["type"], event["data"]["object"]["id"]) == ("payment_intent.succeeded", opened["id"])
    found = till.answer("GET", f"/v1/payment_intents/{opened['id']}", "")
    assert found is not None
    assert (found["status"], found["amount_received"], found["latest_charge"]["paid"]) == (
        "succeeded",
        1999,
        True,
    )


def test_till_knows_no_other_intent():
    assert Till(secret="whsec_bench").answer("GET", "/v1/payment_intents/pi_1", "") is None


def test_an_answer_that_is_no_success_is_told_with_its_request(free_port):
    refusal = b"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone"

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(refusal)
        writer.close()

    async def ask() -> str:
        async with await asyncio.start_server(refuse, "127.0.0.1", free_port):
            wire = await Wire.open(free_port)
            with pytest.raises(Unexpected) as refused:
                await wire.ask(requests.get("/somewhere"))
            await wire.close()
        return str(refused.value)

    assert asyncio.run(ask()) == "GET /somewhere HTTP/1.1: 404 gone"


@pytest.mark.django_db
def test_rows_are_copied_with_the_defaults_of_what_they_leave_out():
    write(Category, [{"name": "Lamps", "slug": "lamps"}, {"name": "Tables", "slug": "tables", "position": 3}])

    rows = Category.objects.order_by("slug").values_list("name", "position", "parent", "description")
    assert list(rows) == [("Lamps", 0, None, ""), ("Tables", 3, None, "")]
