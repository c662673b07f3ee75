"""What the relay has still to tell."""

from backend.outbox.models import Event


def batch(*, limit: int) -> list[Event]:
    """The oldest events, in version order within each topic."""
    return list(Event.objects.order_by("id")[:limit])


def backlog() -> int:
    """How many events wait."""
    return Event.objects.count()
