"""`make prove`: take out each mechanism in a copy of the shop, and see the tests named for it fail.

PROVE="S1 R" takes the promises whose keys begin so; PROVE=--record keeps how the tests failed, for the page.
Ends with 1 if a test still passes without its mechanism.
"""

import argparse
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

from backend.devstack import postgres
from tests.guarantees import run, seen, tree
from tests.guarantees.promise import Break, Promise
from tests.guarantees.promises import ALL


@dataclass(frozen=True)
class Proof:
    """What came of taking one mechanism out; `complaint` says why it is no proof, if it is none."""

    promise: Promise
    one: Break
    outcome: run.Outcome
    complaint: str

    def __str__(self) -> str:
        word = "SURVIVED" if self.complaint else "fails"
        lines = [f"{self.promise.key:<4}{word:<9}{self.outcome.seconds:5.1f} s  without {self.one.out}"]
        lines += [
            f"    {test.partition('::')[2]}: {line[:200]}" for test, line in self.outcome.failed.items()
        ]
        return "\n".join([*lines, *([f"    {self.complaint}", self.outcome.tail] if self.complaint else [])])


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="make prove", description=__doc__)
    parser.add_argument("keys", nargs="*", help="only promises whose keys begin so")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--record", action="store_true")
    given = parser.parse_args(words)
    chosen = list(_chosen(given.keys))
    if not chosen:
        raise SystemExit(f"no promise has a key like {' '.join(given.keys)}")
    started = time.monotonic()
    proofs = _prove(chosen, given.jobs)
    survivors = [proof for proof in proofs if proof.complaint]
    if given.record:
        seen.record(
            {(proof.promise, proof.one): proof.outcome.failed for proof in proofs if not proof.complaint}
        )
    seconds = time.monotonic() - started
    print(f"{len(proofs)} mechanisms taken out, {len(survivors)} without a failing test, {seconds:.0f} s")
    return 1 if survivors else 0


def _chosen(keys: Sequence[str]) -> Iterator[tuple[Promise, Break]]:
    for promise in ALL:
        if not keys or promise.key.startswith(tuple(keys)):
            yield from ((promise, one) for one in promise.breaks)


def _prove(chosen: Sequence[tuple[Promise, Break]], jobs: int) -> list[Proof]:
    """Each mechanism taken out in turn, in as many copies of the shop as there are jobs."""
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="shopwire-prove-")))
        places: SimpleQueue[run.Place] = SimpleQueue()
        for number in range(jobs):
            database = opened.enter_context(postgres.start(folder=folder / f"db{number}", durable=False))
            places.put(run.Place(tree.copy(folder / f"shop{number}"), database.url()))
        failing = _failing_as_it_is({test for _, one in chosen for test in one.tests}, places)
        with ThreadPoolExecutor(jobs) as pool:
            return list(pool.map(lambda pair: _take_out(*pair, places, failing), chosen))


def _failing_as_it_is(named: set[str], places: "SimpleQueue[run.Place]") -> set[str]:
    """The tests that fail with everything in place, and so prove nothing. SystemExit if none can run."""
    place = places.get()
    outcome = run.outcome_of(sorted(named), place=place, most_seconds=20 * len(named) + 100)
    places.put(place)
    if outcome.code not in (0, 1):
        raise SystemExit(f"the tests can't be run:\n{outcome.tail}")
    failing = {**outcome.failed, **outcome.broken}
    print(f"{len(named)} tests with everything in place: {len(failing)} fail, {outcome.seconds:.0f} s")
    for test, line in failing.items():
        print(f"    {test}: {line}", flush=True)
    return set(failing)


def _take_out(promise: Promise, one: Break, places: "SimpleQueue[run.Place]", failing: set[str]) -> Proof:
    place = places.get()
    try:
        with tree.without(one.edits, tree=place.tree):
            outcome = run.outcome_of(one.tests, place=place)
        complaint = run.complaint(outcome, one.tests)
    except (tree.Stale, SyntaxError) as error:
        outcome, complaint = run.Outcome(-1, 0, ""), f"the list is stale: {error}"
    finally:
        shutil.rmtree(place.tree / ".hypothesis", ignore_errors=True)
        places.put(place)
    if failing & set(one.tests):
        complaint = "fails with everything in place, too"
    proof = Proof(promise, one, outcome, complaint)
    print(proof, flush=True)
    return proof


if __name__ == "__main__":
    raise SystemExit(main())
