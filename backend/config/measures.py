"""The numbers of `/metrics`, as Prometheus' families. The shop's are the same in each process."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import accumulate

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from redis import RedisError

from backend.alerts import queries as alerts
from backend.outbox import counters as relays
from backend.outbox import queries as outbox
from consumers.codes import Code
from consumers.counters import BOUNDS, Delays, here

DIALECTS = ("plain", "apps")
RECOVERIES = ("recovered", "snapshot", "refused")
GAPS = ("healed", "lost")
GAUGES = {
    "clients": "Open sockets.",
    "topics": "Topics that somebody listens to.",
    "places": "Subscriptions: sockets, by the topics of each.",
    "queued_frames": "Frames that wait to be written.",
    "queued_bytes": "Bytes that wait to be written.",
}


def of_sockets(gauges: Mapping[str, int]) -> list[Metric]:
    """This process's sockets, with the hub's gauges."""
    found: list[Metric] = [
        GaugeMetricFamily(f"shopwire_sockets_{name}", story, value=gauges[name])
        for name, story in GAUGES.items()
    ]
    return [
        *found,
        _counters("sockets_opened", "Sockets accepted.", "dialect", DIALECTS, here.opened),
        _closed(),
        _counters("sockets_recoveries", "Apps that came back.", "result", RECOVERIES, here.recoveries),
        _counters("sockets_gaps", "Holes in a topic.", "outcome", GAPS, here.gaps),
        _counter("sockets_snapshots", "Looks at the database for a topic.", here.snapshots),
        _counter("sockets_conflated", "Frames that a newer one replaced unsent.", here.conflated),
        _counter("sockets_delivered", "Updates handed to clients.", here.delivered),
        _histogram("sockets_delay_seconds", "From commit to socket, by delivered update.", here.delays),
    ]


def of_shop(*, now: datetime) -> list[Metric]:
    """What all processes share: outbox, jobs, alerts, relays. Raises the database's Error."""
    jobs, kinds = outbox.jobs(), alerts.open_counts()
    lag = outbox.lag(now=now).total_seconds()
    return [
        answers(database=True),
        GaugeMetricFamily("shopwire_outbox_events", "Events that no relay has told.", value=outbox.backlog()),
        GaugeMetricFamily("shopwire_outbox_oldest_seconds", "How long the oldest has waited.", value=lag),
        _gauges("jobs", "Tasks that are owed.", "state", jobs),
        _gauges("alerts_open", "What staff have not acknowledged.", "kind", kinds),
        *_relays(),
    ]


def answers(*, database: bool) -> Metric:
    """Whether PostgreSQL told its part."""
    return GaugeMetricFamily("shopwire_database_answers", "1 if it does.", value=int(database))


def _relays() -> Iterable[Metric]:
    """Sums over all relays; an emptied Redis counts anew. Without Redis there are none."""
    try:
        sums = relays.read()
    except RedisError:
        return
    results = {name: sums[name] for name in ("told", "repeated", "superseded")}
    yield _counters("relay_events", "Events that relays were done with.", "result", results, results)
    yield _counter("relay_batches", "Batches of events.", sums["batches"])
    yield _counter("relay_batch_seconds", "Time spent on batches.", sums["batch_seconds"])
    yield _counter("relay_wait_seconds", "Time from event to telling, summed up.", sums["wait_seconds"])


def _closed() -> Metric:
    family = CounterMetricFamily(
        "shopwire_sockets_closed", "Sockets that the shop closed.", labels=["code", "reason"]
    )
    for code in Code:
        family.add_metric([str(int(code)), code.reason], here.closed[int(code)])
    return family


def _counter(name: str, story: str, value: float) -> Metric:
    return CounterMetricFamily(f"shopwire_{name}", story, value=value)


def _counters(
    name: str, story: str, label: str, values: Iterable[str], counts: Mapping[str, float]
) -> Metric:
    """Every value is there from the start, so that the first one of a kind is seen as a rise."""
    family = CounterMetricFamily(f"shopwire_{name}", story, labels=[label])
    for value in values:
        family.add_metric([value], counts[value])
    return family


def _gauges(name: str, story: str, label: str, counts: Mapping[str, int]) -> Metric:
    family = GaugeMetricFamily(f"shopwire_{name}", story, labels=[label])
    for value, count in counts.items():
        family.add_metric([value], count)
    return family


def _histogram(name: str, story: str, delays: Delays) -> Metric:
    names = [*(str(bound) for bound in BOUNDS), "+Inf"]
    buckets = list(zip(names, accumulate(delays.counts), strict=True))
    return HistogramMetricFamily(f"shopwire_{name}", story, buckets=buckets, sum_value=delays.total)
