#!/usr/bin/env python3
"""A complete loop from Python: plain exported functions through ctypes.

The loop is driven by steps, so that no Python code runs inside the library: an
exception cannot get lost on its way through C, and Ctrl-C ends a wait.
"""
# SPDX-License-Identifier: MIT
import ctypes as c
import json
import sys
import time

NOT_REPORTED, SUCCESS, FAILURE, TIMEOUT, CANCELLED = range(5)
UNKNOWN, TRANSIENT, THROTTLE = range(3)
ATTEMPT, WAIT, DONE = range(3)
STATUS_OK = 0
# An outcome is opaque, since functions write it: zeros, and enough of them.
OUTCOME_BYTES = 4096


class Attempt(c.Structure):
    _fields_ = [("number", c.c_uint32), ("max_attempts", c.c_uint32),
                ("start_ns", c.c_uint64), ("give_up_ns", c.c_uint64),
                ("cancel", c.c_void_p), ("kind", c.c_int),
                ("reserved", c.c_uint64 * 4)]


class Step(c.Structure):
    _fields_ = [("size", c.c_uint32), ("action", c.c_int), ("stop", c.c_int),
                ("wait_until_ns", c.c_uint64), ("attempt", Attempt),
                ("delay_ns", c.c_uint64)]


class Answer(c.Structure):
    _fields_ = [("size", c.c_uint32), ("stop", c.c_int), ("kind", c.c_int),
                ("failure_class", c.c_int),
                ("attempts", c.c_uint32), ("retries", c.c_uint32),
                ("elapsed_ns", c.c_uint64), ("backoff_ns", c.c_uint64),
                ("pace_ns", c.c_uint64), ("result", c.c_void_p),
                ("error_type", c.c_char * 64), ("code", c.c_char * 64),
                ("error", c.c_char * 256)]


POLICY = json.dumps({
    "name": "FROM_PYTHON", "max_attempts": 4,
    "base_delay": "10ms", "max_delay": "50ms",
    "retry_on": ["ConnectionError", "http:5xx"],
}).encode()


class HTTPError(Exception):
    """An answer that is an error."""

    def __init__(self, status):
        super().__init__(f"status {status}")
        self.status = status


def load(path):
    lib = c.CDLL(path)
    pointer, text = c.c_void_p, c.c_char_p
    out = c.POINTER(pointer)
    for name, result, *arguments in [
            ("version", text),
            ("stop_name", text, c.c_int),
            ("policy_parse", c.c_int, text, c.c_size_t, pointer, out, pointer),
            ("policy_unref", None, pointer),
            ("retry_new", c.c_int, pointer, text, out),
            ("retry_set_sink", None, pointer, pointer),
            ("retry_free", None, pointer),
            ("call_new", c.c_int, pointer, pointer, out),
            ("call_next", c.c_int, pointer, c.POINTER(Step)),
            ("call_report", c.c_int, pointer, pointer),
            ("call_cancel", c.c_int, pointer),
            ("call_answer", c.POINTER(Answer), pointer),
            ("call_free", None, pointer),
            ("sink_fd_new", c.c_int, c.c_int, c.c_int, out),
            ("sink_free", None, pointer),
            ("outcome_set", None, pointer, c.c_int, c.c_int, text, text, text),
            ("outcome_set_error", None, pointer, text),
            ("outcome_set_error_types", None, pointer, c.POINTER(text)),
            ("outcome_from_http", None, pointer, c.c_int)]:
        function = getattr(lib, "backoff_" + name)
        function.restype, function.argtypes = result, arguments
    return lib


def check(status, what):
    if status != STATUS_OK:
        sys.exit(f"{what}: status {status}")


def describe(lib, outcome, error):
    """Fill an outcome from an exception. Returns what it borrows."""
    if isinstance(error, HTTPError):
        lib.backoff_outcome_from_http(outcome, error.status)
    else:
        kind = TIMEOUT if isinstance(error, TimeoutError) else FAILURE
        lib.backoff_outcome_set(outcome, kind, UNKNOWN, None, None, None)
    lib.backoff_outcome_set_error(outcome, str(error).encode())
    # retry_on may name any base class: ConnectionError, OSError.
    names = [base.__name__.encode() for base in type(error).__mro__]
    types = (c.c_char_p * (len(names) + 1))(*names, None)
    lib.backoff_outcome_set_error_types(outcome, types)
    return types


def make_call(lib, retry, function):
    """Call function(number) until it returns or the policy gives up.

    Returns its result and the answer, or raises its last exception. One that is
    not an Exception, such as KeyboardInterrupt, cancels the call, in an attempt
    or in a wait.
    """
    call, step = c.c_void_p(), Step(size=c.sizeof(Step))
    error = result = None
    check(lib.backoff_call_new(retry, None, c.byref(call)), "call")
    try:
        while True:
            check(lib.backoff_call_next(call, c.byref(step)), "next")
            if step.action == DONE:
                break
            if step.action == WAIT:
                time.sleep(step.delay_ns / 1e9)
                continue
            outcome = c.create_string_buffer(OUTCOME_BYTES)
            borrowed = error = None
            try:
                result = function(step.attempt.number)
                lib.backoff_outcome_set(outcome, SUCCESS, UNKNOWN, None, None,
                                        None)
            except Exception as raised:
                error = raised
                borrowed = describe(lib, outcome, raised)
            check(lib.backoff_call_report(call, outcome), "report")
            del borrowed
        if error is not None:
            raise error
        answer = lib.backoff_call_answer(call).contents
        return result, Answer.from_buffer_copy(answer)
    except BaseException:
        lib.backoff_call_cancel(call)
        raise
    finally:
        lib.backoff_call_free(call)


def fetch(number):
    """In place of a client library: refused, overloaded, then an answer."""
    if number == 1:
        raise ConnectionRefusedError("refused")
    if number == 2:
        raise HTTPError(503)
    return "hello"


def main():
    lib = load(sys.argv[1] if len(sys.argv) > 1 else "libbackoff.so.1")
    print("libbackoff", lib.backoff_version().decode(), flush=True)
    policy, sink, retry = c.c_void_p(), c.c_void_p(), c.c_void_p()
    check(lib.backoff_policy_parse(POLICY, len(POLICY), None,
                                   c.byref(policy), None), "policy")
    check(lib.backoff_sink_fd_new(1, 0, c.byref(sink)), "sink")
    check(lib.backoff_retry_new(policy, b"from_python", c.byref(retry)),
          "retry")
    lib.backoff_retry_set_sink(retry, sink)
    _, answer = make_call(lib, retry, fetch)
    print(lib.backoff_stop_name(answer.stop).decode(), "after",
          answer.attempts, "attempts; last error:", answer.code.decode())
    lib.backoff_retry_free(retry)
    lib.backoff_sink_free(sink)
    lib.backoff_policy_unref(policy)


if __name__ == "__main__":
    main()
