"""Named tests, run in a copy of the shop: which of them failed, and with which words."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

MOST_SECONDS = 300
OPTIONS = ["-q", "--tb=short", "-m", "slow or not slow", "-p", "no:cacheprovider", "-p", "no:randomly"]
# Failing like this, a test says that the edit is no program, not that the promise is broken.
NO_PROGRAM = ("NameError", "ImportError", "ModuleNotFoundError", "SyntaxError", "IndentationError")


@dataclass(frozen=True)
class Outcome:
    """What pytest made of it: test ids with the first line of their failure, or of an error around them."""

    code: int
    seconds: float
    output: str
    failed: dict[str, str] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)

    @property
    def tail(self) -> str:
        """The end of what pytest printed."""
        return self.output[-4000:]


@dataclass
class Place:
    """A copy of the shop and the PostgreSQL for its tests, whose database is made once."""

    tree: Path
    database_url: str
    has_database: bool = False


def outcome_of(ids: Sequence[str], *, place: Place, most_seconds: int = MOST_SECONDS) -> Outcome:
    """Run these tests there, slow ones too, with this interpreter. A run that hangs has no failures."""
    report = place.tree / "report.xml"
    report.unlink(missing_ok=True)
    database = "--reuse-db" if place.has_database else "--create-db"
    command = [sys.executable, "-m", "pytest", *OPTIONS, "--reuse-db", database, f"--junitxml={report}", *ids]
    started = time.monotonic()
    try:
        run = subprocess.run(
            command,
            cwd=place.tree,
            env=_environment(place),
            capture_output=True,
            text=True,
            timeout=most_seconds,
        )
        code, output = run.returncode, run.stdout + run.stderr
    except subprocess.TimeoutExpired:
        code, output = -1, f"no end within {most_seconds} s"
    place.has_database = code in (0, 1)
    seconds = time.monotonic() - started
    failed, broken = _said(report, ids, "failure"), _said(report, ids, "error")
    return Outcome(code, seconds, output, failed, broken)


def complaint(outcome: Outcome, ids: Sequence[str]) -> str:
    """Why the outcome does not prove that each of the tests can fail; empty if it does."""
    if outcome.code != 1:
        return f"pytest ended with {outcome.code}"
    passed = [test for test in ids if test not in outcome.failed]
    if passed:
        return f"still passing: {', '.join(passed)}"
    return next((line for line in outcome.failed.values() if line.startswith(NO_PROGRAM)), "")


def _environment(place: Place) -> dict[str, str]:
    """Ours, but for the settings of a test run around us; no bytecode, which could outlive an edit."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("SHOPWIRE_", "PYTEST_"))
    }
    return {**kept, "PYTHONDONTWRITEBYTECODE": "1", "SHOPWIRE_TEST_POSTGRES": place.database_url}


def _said(report: Path, ids: Sequence[str], kind: str) -> dict[str, str]:
    """A test fails by a "failure"; an "error" is its fixtures', before or after."""
    if not report.exists():
        return {}
    names = {_junit_name(test): test for test in ids}
    said = {}
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        name = f"{case.get('classname')}::{(case.get('name') or '').partition('[')[0]}"
        trouble = case.find(kind)
        if trouble is not None and name in names:
            said[names[name]] = (trouble.get("message") or "").partition("\n")[0]
    return said


def _junit_name(test: str) -> str:
    """A test id as junit's reports tell it: modules and classes with dots, then the function."""
    file, *inside = test.split("::")
    return "::".join([".".join([file.removesuffix(".py").replace("/", "."), *inside[:-1]]), inside[-1]])
