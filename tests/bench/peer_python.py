"""Peers in Python: what a successful first-try call costs under each."""
import importlib
import os
import statistics
import time

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "7"))
CALLS = 20000


def operation():
    return 1


def hand_loop():
    deadline = time.monotonic() + 90
    for attempt in range(3):
        try:
            return operation()
        except OSError:
            if attempt == 2 or time.monotonic() > deadline:
                raise


def with_tenacity(tenacity):
    return tenacity.retry(
        stop=tenacity.stop_after_attempt(3),
        wait=tenacity.wait_random_exponential(multiplier=1, max=10),
        retry=tenacity.retry_if_exception_type(OSError),
    )(operation)


def with_backoff(backoff):
    return backoff.on_exception(
        backoff.expo, OSError, max_tries=3, max_value=10, logger=None
    )(operation)


def rows():
    yield "the call alone", operation
    yield "hand-written loop with a deadline", hand_loop
    for name, make in (("tenacity", with_tenacity), ("backoff", with_backoff)):
        try:
            module = importlib.import_module(name)
        except ImportError:
            print(f"{name} (Python): not installed, not measured")
            continue
        yield name, make(module)


def measure(function):
    start = time.process_time_ns()
    for _ in range(CALLS):
        function()
    return (time.process_time_ns() - start) / CALLS


def main():
    print()
    table = [(name, function, []) for name, function in rows()]
    for number in range(ROUNDS + 1):
        for _, function, sample in table:
            value = measure(function)
            if number > 0:
                sample.append(value)
    print(f"Successful first-try call in Python (ns of CPU, {ROUNDS} rounds)")
    first = statistics.median(table[0][2])
    for name, _, sample in table:
        median = statistics.median(sample)
        print(
            f"  {name:46} {median:9.1f}  ({min(sample):.1f} .. "
            f"{max(sample):.1f})  x{median / first:.2f}"
        )


main()
