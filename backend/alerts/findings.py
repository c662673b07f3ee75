"""What an audit found becomes alerts: one for each SKU or order, open as long as the audit finds it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db import connection

from backend.alerts import actions, queries
from backend.core import transactions
from backend.core.audits import Finding, Report

# Staff who have this many to look at are not helped by more mail; the command lists them all.
MOST_OPEN = 20

Subject = tuple[str, UUID | None]


@transactions.retried
def follow(*, report: Report, now: datetime) -> None:
    """Tell staff of what is new in the report, and settle the open alerts of what it no longer finds.

    What was acknowledged and is still wrong is told again. Takes the advisory lock of the audit, so that two
    reports at once tell nothing twice.
    """
    kind, event = report.audit.kind, report.audit.event
    _lock(kind)
    stories = _by_subject(report.findings)
    known = {(alert.sku, alert.order_id): alert.pk for alert in queries.staff_rows(kind=kind, is_open=True)}
    gone = [alert_id for subject, alert_id in known.items() if subject not in stories]
    if report.is_complete:
        for alert_id in sorted(gone):
            actions.settle_alert(alert_id=alert_id, now=now)
        known = {subject: alert_id for subject, alert_id in known.items() if subject in stories}
    new = {subject: story for subject, story in stories.items() if subject not in known}
    for (sku, order_id), story in _fitting(new, room=MOST_OPEN - len(known), audit=report.audit.name):
        actions.raise_alert(kind=kind, sku=sku, order_id=order_id, message=story, event=event, now=now)


def _by_subject(findings: Iterable[Finding]) -> dict[Subject, str]:
    stories: dict[Subject, list[str]] = {}
    for finding in findings:
        stories.setdefault((finding.sku, finding.order_id), []).append(finding.message)
    return {subject: ". ".join(messages) for subject, messages in stories.items()}


def _fitting(new: Mapping[Subject, str], *, room: int, audit: str) -> Iterable[tuple[Subject, str]]:
    """As many as there is room for; the last tells how many more there are."""
    fitting = list(new.items())[: max(room, 0)]
    left = len(new) - len(fitting)
    if fitting and left:
        subject, story = fitting[-1]
        fitting[-1] = (subject, f"{story}. And {left} more: manage.py audit_{audit} lists them")
    return fitting


def _lock(kind: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"audit:{kind}"])
