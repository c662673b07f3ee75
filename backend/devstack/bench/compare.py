"""`make bench-compare`: two runs side by side, and what changed by more than the measurements' own spread."""

import argparse
import sys
from collections.abc import Iterator

from backend.devstack.bench import report
from backend.devstack.bench.report import Report
from backend.devstack.bench.row import Row

_LEAST_NOISE = 0.05  # one run's repeats are closer together than two runs are
_HEAD = f"{'what':<56}{'before':>9}{'after':>9}{'times':>8}{'noise':>8}"


def main() -> None:
    """Exits with one line, and not with 0, when there is nothing to compare."""
    parser = argparse.ArgumentParser(prog="make bench-compare", description=__doc__)
    words = "a file, or the beginning of a commit; left out: the last two runs"
    parser.add_argument("runs", nargs="*", metavar="RUN", help=words)
    given = parser.parse_args()
    if len(given.runs) not in (0, 2):
        parser.error("give two runs, A=… B=…, or none")
    try:
        found = [report.find(word) for word in given.runs] or report.newest(2)
        before, after = (report.read(file) for file in found)
    except (OSError, ValueError, TypeError, KeyError) as failure:
        sys.exit(f"bench-compare: {failure}")
    print("\n".join(lines(before, after)))


def lines(before: Report, after: Report) -> list[str]:
    """The ratios of the rows that both have."""
    earlier = {row.name: row for row in before.rows}
    pairs = [(earlier[row.name], row) for row in after.rows if row.name in earlier]
    return [*_about(before, after), "", _HEAD, "-" * len(_HEAD), *(_line(*pair) for pair in pairs)]


def verdict(before: Row, after: Row) -> str:
    """`better` or `worse` when the ratio moved by more than the noise, else nothing."""
    times = after.ratio / before.ratio
    if abs(times - 1) <= noise(before, after):
        return ""
    return "better" if (times > 1) == (after.most is None) else "worse"


def noise(before: Row, after: Row) -> float:
    """How far apart repeats of the same were, as a part."""
    return max(before.spread, after.spread, _LEAST_NOISE)


def _line(before: Row, after: Row) -> str:
    times, marked = after.ratio / before.ratio, verdict(before, after)
    figures = f"{before.ratio:>9.3f}{after.ratio:>9.3f}{times:>8.2f}{100 * noise(before, after):>6.0f} %"
    return f"{after.name:<56}{figures}  {marked}".rstrip()


def _about(before: Report, after: Report) -> Iterator[str]:
    for word, run in (("before", before), ("after", after)):
        yield f"{word:<7}{run.commit}  {run.at}  {run.about}; load average before it {run.load:.1f}"


if __name__ == "__main__":
    main()
