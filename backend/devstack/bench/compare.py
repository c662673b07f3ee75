"""`make bench-compare`: two runs side by side, and what changed by more than the measurements' own spread.

A ratio to a commit's own SQL does not move when that SQL gets slower, so statements and processor time of a
request are judged too. Rates and delays are shown: they depend on what else the machine had to do.
"""

import argparse
import sys
from collections.abc import Iterator

from backend.devstack.bench import report, table
from backend.devstack.bench.report import Report
from backend.devstack.bench.row import SPENT, Row

_LEAST_NOISE = 0.05  # one run's repeats are closer together than two runs are
_RECORDED_NOISE = 0.01  # of statements of recorded requests, which do not depend on the moment
_LEAST_MS = 0.005  # of processor time: a tick of a process's clock among a row's requests
_HEAD = ("what", "ratio", "times", "noise", "", "per second", "queries", *SPENT, "p95 ms")
_TEXTS = (0, 4)


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
    """The rows that both have, before > after."""
    earlier = {row.name: row for row in before.rows}
    pairs = [(earlier[row.name], row) for row in after.rows if row.name in earlier]
    head, *rows = table.aligned([_HEAD, *(_cells(*pair) for pair in pairs)], texts=_TEXTS)
    return [*_about(before, after), "", head, "-" * len(head), *rows]


def verdict(before: Row, after: Row) -> str:
    """`worse`, and what of it, when anything is by more than the noise; `better` when the ratio is."""
    times = after.ratio / before.ratio
    is_moved = abs(times - 1) > noise(before, after)
    is_better = (times > 1) == (after.most is None)
    worse = [*(["ratio"] if is_moved and not is_better else []), *_risen(before, after)]
    if worse:
        return f"worse: {', '.join(worse)}"
    return "better" if is_moved else ""


def noise(before: Row, after: Row) -> float:
    """How far apart repeats of the same were, as a part."""
    return max(before.spread, after.spread, _LEAST_NOISE)


def _risen(before: Row, after: Row) -> Iterator[str]:
    """What a request costs more than it did."""
    some = noise(before, after)
    # What was counted in all processes together depends on how much they had to do at a time.
    queries_noise = _RECORDED_NOISE if after.commits is None else some
    if _is_more(before.queries, after.queries, noise=queries_noise):
        yield "queries"
    earlier = before.spent()
    for name, now in after.spent().items():
        if _is_more(earlier[name], now, noise=some, least=_LEAST_MS):
            yield name


def _is_more(before: float | None, after: float | None, *, noise: float, least: float = 0.0) -> bool:
    return before is not None and after is not None and after > before * (1 + noise) + least


def _cells(before: Row, after: Row) -> tuple[str, ...]:
    earlier = before.spent()
    return (
        after.name,
        f"{before.ratio:.3f} > {after.ratio:.3f}",
        f"{after.ratio / before.ratio:.2f}",
        f"{100 * noise(before, after):.0f} %",
        verdict(before, after),
        _change(before.rate, after.rate, ",.1f"),
        _change(before.queries, after.queries, ".4g"),
        *(_change(earlier[name], now, ".2f") for name, now in after.spent().items()),
        _change(before.delays.p95 or None, after.delays.p95 or None, ".1f"),
    )


def _change(before: float | None, after: float | None, form: str) -> str:
    return "" if before is None or after is None else f"{before:{form}} > {after:{form}}"


def _about(before: Report, after: Report) -> Iterator[str]:
    for word, run in (("before", before), ("after", after)):
        yield f"{word:<7}{run.commit}  {run.at}  {run.about}; load average before it {run.load:.1f}"


if __name__ == "__main__":
    main()
