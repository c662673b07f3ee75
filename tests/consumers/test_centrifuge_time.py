"""The apps' socket over half a minute: who is silent, who does not answer, what got lost."""

import pytest

from tests import factories
from tests.consumers.test_centrifuge_connect import token_of
from tests.consumers.test_centrifuge_recovery import unheard

pytestmark = pytest.mark.slow
PATIENCE_SECONDS = 45


def heard_of(app, topic):
    """The offset of the topic's next publication; one ping may come before it, and is answered."""
    if (heard := app.hear(patience=PATIENCE_SECONDS)) == {}:
        app.say({})
        heard = app.hear(patience=PATIENCE_SECONDS)
    assert heard["push"]["channel"] == topic
    return heard["push"]["pub"]["offset"]


def test_half_a_minute(apps, alice, as_alice):
    factories.product(sku="MUG")
    nobody, dumb, listener = apps.raw(), apps.open(), apps.open()
    outdated = apps.open(token=token_of(as_alice, alice, seconds_left=3))
    listener.subscribe("stock:MUG")
    unheard("stock:MUG", 2)

    assert nobody.farewell(patience=PATIENCE_SECONDS) == 3502
    assert heard_of(listener, "stock:MUG") == 2
    code, heard = outdated.end(patience=PATIENCE_SECONDS)  # pinged after 25 s, and no more welcome after 28
    assert heard == [{}, {"push": {"disconnect": {"code": 3005, "reason": "token expired"}}}]
    assert code == 3005
    code, heard = dumb.end(patience=PATIENCE_SECONDS)
    assert heard == [{}, {"push": {"disconnect": {"code": 3012, "reason": "no pong"}}}]
    assert code == 3012
