"""Peers in Python: measures a call, and a retry without a wait, once for each
library."""
# SPDX-License-Identifier: MIT
import importlib
import logging
import time
import types

RETRIES = 3
left = 0


def operation():
    global left
    if left:
        left -= 1
        raise ValueError
    return 1


def hand_loop():
    for attempt in range(5):
        try:
            return operation()
        except ValueError:
            if attempt == 4:
                raise


def with_tenacity(tenacity):
    return tenacity.retry(
        stop=tenacity.stop_after_attempt(5),
        wait=tenacity.wait_none(),
        retry=tenacity.retry_if_exception_type(ValueError),
        sleep=lambda seconds: None,
    )(operation)


def with_backoff(backoff):
    # The library has no argument for its sleep.
    sync = importlib.import_module("backoff._sync")
    sync.time = types.SimpleNamespace(sleep=lambda seconds: None)
    logging.getLogger("backoff").setLevel(logging.CRITICAL)
    return backoff.on_exception(
        backoff.constant, ValueError, interval=0, jitter=None, max_tries=5
    )(operation)


def rows():
    yield "Python, the function alone", operation
    yield "Python, bare loop", hand_loop
    for name, make in (("tenacity", with_tenacity), ("backoff", with_backoff)):
        try:
            module = importlib.import_module(name)
        except ImportError:
            print(f"# {name} (Python): not installed, not measured")
            continue
        yield name, make(module)


def cost(function, fails, calls):
    global left
    start = time.process_time_ns()
    for _ in range(calls):
        left = fails
        function()
    return (time.process_time_ns() - start) / calls


def main():
    for name, function in rows():
        cost(function, 0, 500)
        first = cost(function, 0, 20000)
        print(f"call: {name}\t{first:.2f}")
        if function is not operation:
            more = cost(function, RETRIES, 4000)
            print(f"retry: {name}\t{(more - first) / RETRIES:.2f}")


main()
