"""An action of the tests' own, which tells feeds what it likes."""

from collections.abc import Callable

from django.utils import timezone

from backend.core import transactions
from backend.outbox.models import FeedEntry

NOW = timezone.now()


def entry(topic: str) -> FeedEntry:
    return FeedEntry(topic=topic, event="e", at=NOW, data={"50 %s": "50 %"})


def topics() -> list[str]:
    return list(FeedEntry.objects.order_by("id").values_list("topic", flat=True))


@transactions.retried
def act[Result](do: Callable[[], Result]) -> Result:
    return do()
