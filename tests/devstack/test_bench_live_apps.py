"""`make bench-live`: what its apps see of what they were told while they were away, and since."""

import json

import pytest

from backend.devstack.bench_live import faults, storm
from backend.devstack.bench_live.app import App, Told

NONE = {"lost": 0, "doubled": 0, "reordered": 0}
CART, STOCK = "cart:1", "stock:A"


def judged(answer: Told, *, before: int = 0) -> dict[str, int]:
    """What is wrong with the answer to an app whose cart was told up to 7, then 8 and 9 while it was away."""
    known = [{CART: Told("epoch", before, is_recovered=False, missed=())}] if before else []
    found = storm.judge([{CART: answer}], told={CART: [8, 9]}, before=known)
    return {kind: found[kind] for kind in faults.KINDS}


@pytest.mark.parametrize(
    ("missed", "wrong"),
    [
        ((8, 9), NONE),
        ((8,), NONE | {"lost": 1}),
        ((), NONE | {"lost": 2}),
        ((8, 8, 9), NONE | {"doubled": 1}),
        ((7, 8, 9), NONE | {"doubled": 1}),
        ((9, 8), NONE | {"reordered": 1}),
    ],
)
def test_what_is_recovered_is_exactly_what_was_missed(missed, wrong):
    assert judged(Told("epoch", 9, is_recovered=True, missed=missed), before=7) == wrong


@pytest.mark.parametrize(
    ("version", "before", "wrong"),
    [(9, 7, NONE), (10, 7, NONE), (8, 0, NONE | {"lost": 1}), (9, 11, NONE | {"lost": 2})],
)
def test_a_snapshot_holds_all_that_was_told_and_nothing_older_than_was_seen(version, before, wrong):
    assert judged(Told("epoch", version, is_recovered=False, missed=()), before=before) == wrong


def heard(*pushes: tuple[str, int]) -> App:
    """An app that was shown its cart at version 3 and an SKU at 5, then told these versions."""
    app = App(token="", since={CART: None, STOCK: None}, on_ready=lambda: None)
    for number, (version, channel) in enumerate([(3, CART), (5, STOCK)], 2):
        shown = {"type": "snapshot", "topic": channel, "version": version}
        app._answered(
            {"id": number, "subscribe": {"epoch": "e", "offset": version, "data": shown}}  # as /ws/ answers
        )
    for channel, version in pushes:
        frame = {"push": {"channel": channel, "pub": {"offset": version, "data": {"version": version}}}}
        app._take(1, json.dumps(frame, separators=(",", ":")).encode())
    return app


@pytest.mark.parametrize(
    ("pushes", "wrong"),
    [
        ([(CART, 4), (STOCK, 9), (CART, 5)], NONE),
        ([(CART, 5)], NONE | {"lost": 1}),
        ([(CART, 4), (CART, 4)], NONE | {"doubled": 1}),
        ([(CART, 4), (CART, 3)], NONE | {"reordered": 1}),
        ([(STOCK, 8), (STOCK, 7)], NONE | {"reordered": 1}),
    ],
)
def test_an_app_counts_by_topic_what_it_is_told(pushes, wrong):
    app = heard(*pushes)

    assert {kind: app.faults[kind] for kind in faults.KINDS} == wrong
    assert app.faults["judged"] == sum(channel == CART for channel, _ in pushes)
