"""An audit: what must hold between rows, looked for at one moment of a live database, by few queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from backend.core import clock, moment

# What sweeps put right within minutes is news when it is still wrong after this.
PATIENCE = timedelta(hours=1)
# Of one check; a table that went wrong as a whole would not fit into a report.
MOST_FINDINGS = 1000
# Reads of a large ledger may take longer than a request may.
SECONDS_FOR_A_STATEMENT = 100


@dataclass(frozen=True, kw_only=True)
class Audit:
    """What is looked at and for what; staff hear of its findings as alerts of `kind`.

    `counted` names tables, by the words for their rows. Each of `checks` is a query for what is wrong, with
    columns `sku` (empty: no one SKU), `order_id` (or null) and `message`; `%(long_ago)s` is a PATIENCE ago.
    """

    name: str
    kind: str
    event: str
    counted: Mapping[str, str]
    checks: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something that does not add up, and where."""

    check: str
    sku: str
    order_id: UUID | None
    message: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """What an audit saw; `is_complete` is False when a check found more than it may list."""

    audit: Audit
    at: datetime
    counts: Mapping[str, int]
    findings: Sequence[Finding]
    is_complete: bool


def run(audit: Audit, *, now: datetime) -> Report:
    """The audit, all of it as of one moment, while the shop goes on. Locks nothing; may not be nested."""
    return moment.at_once(lambda: _patiently(audit, now))


def look(audit: Audit, *, now: datetime) -> Report:
    """The audit inside the caller's transaction; exact only if that one sees a single moment."""
    counts = {words: _rows(f"SELECT count(*) FROM {table}")[0][0] for words, table in audit.counted.items()}  # noqa: S608 (our own names)
    found = {check: _found(query, now) for check, query in audit.checks.items()}
    return Report(
        audit=audit,
        at=now,
        counts=counts,
        findings=[
            Finding(check=check, sku=sku, order_id=order_id, message=message)
            for check, rows in found.items()
            for sku, order_id, message in rows[:MOST_FINDINGS]
        ],
        is_complete=all(len(rows) <= MOST_FINDINGS for rows in found.values()),
    )


def report_json(report: Report) -> dict[str, Any]:
    """The report for programs."""
    return {
        "audit": report.audit.name,
        "at": clock.text(report.at),
        "counts": dict(report.counts),
        "is_complete": report.is_complete,
        "findings": [
            {
                "check": finding.check,
                "sku": finding.sku or None,
                "order": finding.order_id and str(finding.order_id),
                "message": finding.message,
            }
            for finding in report.findings
        ],
    }


def _patiently(audit: Audit, now: datetime) -> Report:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = '{SECONDS_FOR_A_STATEMENT}s'")
    return look(audit, now=now)


def _found(query: str, now: datetime) -> list[tuple[Any, ...]]:
    listed = f"SELECT sku, order_id, message FROM ({query}) AS found ORDER BY 1, 2, 3 LIMIT %(most)s"  # noqa: S608
    return _rows(listed, long_ago=now - PATIENCE, most=MOST_FINDINGS + 1)


def _rows(query: str, **parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return list(cursor.fetchall())
