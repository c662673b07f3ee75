"""Half a character: JSON can spell it, but it is no text that could be sent on to anybody."""

import pytest

from tests import factories
from tests.consumers.test_history import sell

HALF = "\ud800"


@pytest.mark.parametrize(
    "said",
    [
        {"subscribe": {"channel": "stock:A", "recover": True, "epoch": HALF}},
        {"unsubscribe": {"channel": HALF}},
        {"connect": {"token": HALF}},
        {"refresh": {"token": HALF}},
    ],
    ids=["epoch", "topic", "connect", "refresh"],
)
def test_who_says_half_a_character_is_told_and_sent_away(apps, said):
    app = apps.raw() if "connect" in said else apps.open()
    app.say({"id": 2, **said})

    assert app.farewell() in (3500, 3501)


def test_a_topic_that_is_no_text_breaks_nobody_elses_news(apps, tell):
    factories.product(sku="A")
    factories.product(sku="B")
    app, other = apps.open(), apps.open()
    app.say({"id": 2, "subscribe": {"channel": f"stock:{HALF}"}})

    assert app.farewell() == 3501
    for sku in ("A", "B"):
        assert other.subscribe(f"stock:{sku}")["offset"] == 1
        sell(sku)
        tell()
        assert other.pub(f"stock:{sku}")[0] == 2
