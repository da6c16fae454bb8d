"""What examples/loop.py promises about exceptions: none gets lost.

Usage: loop_test.py FOLDER-OF-LOOP.PY LIBRARY
"""
# SPDX-License-Identifier: MIT
import ctypes as c
import json
import signal
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
import loop  # noqa: E402

lib = loop.load(sys.argv[2])


def retry_of(**policy):
    text = json.dumps({"name": "T", "max_attempts": 3, **policy}).encode()
    parsed, retry = c.c_void_p(), c.c_void_p()
    loop.check(lib.backoff_policy_parse(text, len(text), None,
                                        c.byref(parsed), None), "policy")
    loop.check(lib.backoff_retry_new(parsed, b"op", c.byref(retry)), "retry")
    return retry


def raised_by(retry, function):
    made = []

    def counted(number):
        made.append(number)
        return function(number)
    try:
        loop.make_call(lib, retry, counted)
    except BaseException as error:
        return type(error).__name__, len(made)
    return None, len(made)


def fail(error):
    def function(_number):
        raise error
    return function


def interrupt(_signal, _frame):
    raise KeyboardInterrupt


def refuse_and_interrupt(_number):
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    raise ConnectionResetError("reset")


fast = retry_of(base_delay=0.001, retry_on=["OSError"])
slow = retry_of(base_delay=60, max_delay=60, jitter="none")
signal.signal(signal.SIGALRM, interrupt)
# A bug in the function is an exception of the caller, and not retried.
assert raised_by(fast, fail(ZeroDivisionError())) == ("ZeroDivisionError", 1)
# A subclass of what the policy names is retried.
assert raised_by(fast, fail(BrokenPipeError())) == ("BrokenPipeError", 3)
assert raised_by(fast, fail(KeyboardInterrupt())) == ("KeyboardInterrupt", 1)
assert raised_by(fast, lambda number: number) == (None, 1)
# Ctrl-C in a wait of a minute ends it.
before = time.monotonic()
assert raised_by(slow, refuse_and_interrupt) == ("KeyboardInterrupt", 1)
assert time.monotonic() - before < 30
print("no exception got lost")
