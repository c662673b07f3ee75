"""The audits of stock and money, once a day: staff hear of what does not add up."""

import logging

from celery import shared_task
from django.utils import timezone

from backend.alerts import findings
from backend.core import audits
from backend.orders.audit import STOCK
from backend.payments.audit import MONEY

log = logging.getLogger(__name__)


@shared_task(name="audits.run")
def run() -> None:
    """Audit, and let the open alerts be what is wrong now. Safe at any time, also twice at once."""
    for audit in (STOCK, MONEY):
        now = timezone.now()
        report = audits.run(audit, now=now)
        findings.follow(report=report, now=now)
        if report.findings:
            log.error("audit found mismatches", extra={"audit": audit.name, "findings": len(report.findings)})
