#!/usr/bin/env python3
"""A complete loop from Python: plain exported functions through ctypes."""
import ctypes as c
import json
import sys

NOT_REPORTED, SUCCESS, FAILURE, TIMEOUT, CANCELLED = range(5)
UNKNOWN, TRANSIENT, THROTTLE = range(3)
STATUS_OK = 0


class Attempt(c.Structure):
    _fields_ = [("number", c.c_uint32), ("max_attempts", c.c_uint32),
                ("start_ns", c.c_uint64), ("give_up_ns", c.c_uint64),
                ("cancel", c.c_void_p)]


class Answer(c.Structure):
    _fields_ = [("size", c.c_uint32), ("stop", c.c_int), ("kind", c.c_int),
                ("failure_class", c.c_int),
                ("attempts", c.c_uint32), ("retries", c.c_uint32),
                ("elapsed_ns", c.c_uint64), ("backoff_ns", c.c_uint64),
                ("pace_ns", c.c_uint64), ("result", c.c_void_p),
                ("error_type", c.c_char * 64), ("code", c.c_char * 64),
                ("error", c.c_char * 256)]


# An outcome is opaque: functions write it.
ATTEMPT_FN = c.CFUNCTYPE(None, c.c_void_p, c.POINTER(Attempt), c.c_void_p)

POLICY = json.dumps({
    "name": "FROM_PYTHON", "max_attempts": 4,
    "base_delay": "10ms", "max_delay": "50ms",
    "retry_on": ["ConnectionError", "http:5xx"],
}).encode()


def load(path):
    lib = c.CDLL(path)
    lib.backoff_version.restype = c.c_char_p
    lib.backoff_stop_name.restype = c.c_char_p
    lib.backoff_policy_parse.argtypes = [
        c.c_char_p, c.c_size_t, c.c_void_p, c.POINTER(c.c_void_p), c.c_void_p]
    lib.backoff_policy_unref.argtypes = [c.c_void_p]
    lib.backoff_retry_new.argtypes = [
        c.c_void_p, c.c_char_p, c.POINTER(c.c_void_p)]
    lib.backoff_retry_set_sink.argtypes = [c.c_void_p, c.c_void_p]
    lib.backoff_retry_free.argtypes = [c.c_void_p]
    lib.backoff_retry_run.argtypes = [
        c.c_void_p, c.c_void_p, ATTEMPT_FN, c.c_void_p, c.POINTER(Answer)]
    lib.backoff_sink_fd_new.argtypes = [
        c.c_int, c.c_int, c.POINTER(c.c_void_p)]
    lib.backoff_sink_free.argtypes = [c.c_void_p]
    lib.backoff_outcome_set.argtypes = [
        c.c_void_p, c.c_int, c.c_int, c.c_char_p, c.c_char_p, c.c_char_p]
    lib.backoff_outcome_from_http.argtypes = [c.c_void_p, c.c_int]
    return lib


def check(status, what):
    if status != STATUS_OK:
        sys.exit(f"{what}: status {status}")


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

    @ATTEMPT_FN
    def attempt(_user, attempt, outcome):
        number = attempt.contents.number
        if number == 1:
            lib.backoff_outcome_set(outcome, FAILURE, TRANSIENT,
                                    b"ConnectionError", None, b"refused")
        else:
            lib.backoff_outcome_from_http(outcome, 503 if number == 2 else 200)

    answer = Answer(size=c.sizeof(Answer))
    check(lib.backoff_retry_run(retry, None, attempt, None,
                                c.byref(answer)), "run")
    print(lib.backoff_stop_name(answer.stop).decode(), "after",
          answer.attempts, "attempts; last error:", answer.code.decode())
    lib.backoff_retry_free(retry)
    lib.backoff_sink_free(sink)
    lib.backoff_policy_unref(policy)


if __name__ == "__main__":
    main()
