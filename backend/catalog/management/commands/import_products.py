"""manage.py import_products FILE.csv: load products from Shopify's product CSV format."""

import argparse
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from backend.catalog.importer import loading, plans, reading
from backend.catalog.importer.problems import Problem, Unreadable


class Command(BaseCommand):
    """Reports every row it can't use on stderr, with its line; exit code 1 if there is one."""

    help = "Load products from a file in Shopify's product CSV format. Safe to run twice."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE.csv")
        parser.add_argument("--strict", action="store_true", help="load every product of the file, or none")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen and change nothing")

    def handle(self, *, file: Path, strict: bool, dry_run: bool, **options: Any) -> None:
        sheet = self._read(file)
        good, problems = plans.plans_of(sheet)
        if sheet.unused:
            self.stderr.write(f"{file.name}: not used: {', '.join(sheet.unused)}")
        report = loading.Report()
        if not (strict and problems):
            report = self._load(good, sheet, is_whole=strict, is_rehearsal=dry_run)
        problems = sorted([*problems, *report.problems])
        for problem in problems:
            self.stderr.write(f"{file.name}: {problem}")
        self._conclude(report, problems, handles=len(sheet.products), strict=strict, dry_run=dry_run)

    def _read(self, file: Path) -> reading.Sheet:
        try:
            return reading.read(file.read_bytes())
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from None
        except Unreadable as error:
            raise CommandError(f"{file.name}: {error}") from None

    def _load(
        self, good: list[plans.Plan], sheet: reading.Sheet, *, is_whole: bool, is_rehearsal: bool
    ) -> loading.Report:
        now = timezone.now()
        # `disable=None` shows the bar on a terminal only.
        bar = tqdm(good, unit=" products", file=sys.stderr, disable=None, leave=False)
        if is_whole or is_rehearsal:
            return loading.load_all_or_nothing(
                plans=bar, said=sheet.fields, now=now, is_rehearsal=is_rehearsal
            )
        return loading.load(plans=bar, said=sheet.fields, now=now)

    def _conclude(
        self, report: loading.Report, problems: list[Problem], *, handles: int, strict: bool, dry_run: bool
    ) -> None:
        is_undone = strict and bool(problems)
        done = 0 if is_undone else sum(report.counts.values()) - report.counts[loading.Outcome.REFUSED]
        words = [
            f"{0 if is_undone else report.counts[outcome]} {outcome.value}"
            for outcome in (loading.Outcome.NEW, loading.Outcome.CHANGED, loading.Outcome.UNCHANGED)
        ]
        self.stdout.write(", ".join(words) + (" (nothing was written)" if dry_run else ""))
        if problems:
            raise CommandError(
                f"{handles - done} of {handles} products not loaded; bad rows: {len(problems)}"
            )
