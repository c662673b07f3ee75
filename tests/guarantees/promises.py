"""Every promise, in the order in which the page tells them."""

from tests.guarantees import (
    audits,
    checkout,
    crossings,
    events,
    faults,
    intents,
    killed,
    locks,
    payments,
    reconciler,
    refunds,
    retries,
    stock,
    stripe_away,
    told,
    window,
)

CHAPTERS = [
    stock,
    audits,
    checkout,
    intents,
    payments,
    refunds,
    events,
    window,
    crossings,
    reconciler,
    locks,
    retries,
    faults,
    killed,
    stripe_away,
    told,
]
ALL = [promise for chapter in CHAPTERS for promise in chapter.PROMISES]
