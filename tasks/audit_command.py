"""What `manage.py audit_stock` and `audit_money` share: run, say what was found, tell staff if asked."""

import argparse
import json
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from backend.alerts import findings
from backend.core import audits
from backend.core.audits import Audit, Report


class AuditCommand(BaseCommand):
    """One line when all is well, else one line for each finding and exit code 1."""

    audit: ClassVar[Audit]
    # They would load the whole API, which an audit never uses.
    requires_system_checks = ()

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="write the report as JSON")
        parser.add_argument(
            "--tell-staff", action="store_true", help="raise and settle alerts as the daily run"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        report = audits.run(self.audit, now=now)
        self.stdout.write(json.dumps(audits.report_json(report)) if options["json"] else _text(report))
        if options["tell_staff"]:
            findings.follow(report=report, now=now)
        if report.findings:
            raise CommandError(f"audit of {self.audit.name}: {_number(report)}")


def _text(report: Report) -> str:
    looked_at = ", ".join(f"{count} {words}" for words, count in report.counts.items())
    if not report.findings:
        return f"audit of {report.audit.name}: all is well with {looked_at}"
    lines = [f"{finding.check}: {finding.message}" for finding in report.findings]
    return "\n".join([*lines, f"looked at {looked_at}"])


def _number(report: Report) -> str:
    number = len(report.findings)
    if not report.is_complete:
        return f"more than {number} findings"
    return "1 finding" if number == 1 else f"{number} findings"
