"""Times as JSON carries them: UTC with a Z."""

from datetime import UTC, datetime


def text(moment: datetime | None) -> str | None:
    """The moment as `2026-11-23T16:00:00.123456Z`; None stays None."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
