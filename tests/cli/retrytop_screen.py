# Compares the screen of a log with its JSON, and both with a count of its own of
# native lines and of those of the common Python helper: retrytop_screen.py
# RETRYTOP LOG. Prints what differs, and how much was compared.
# SPDX-License-Identifier: MIT
import datetime
import json
import re
import subprocess
import sys
import unicodedata

COLUMNS = {"CALL/s": ("calls_per_second", 1), "1st%": ("first_ok_share", 100),
           "OK%": (None, 100), "RETRY/s": ("retries_per_second", 1),
           "LOAD": ("load", 1), "FAIL%": ("failed_share", 100),
           "EXH": ("window.exhausted", 1), "ABORT": ("window.aborted", 1),
           "MAX": ("max_attempts", 1)}
TYPES = {"attempt": "retries", "success": "successes", "exhausted": "exhausted",
         "aborted": "aborted"}
differences, compared = [], 0


def run(*words):
    return subprocess.run([sys.argv[1], *words, sys.argv[2]], check=False,
                          capture_output=True).stdout.decode()


def expect(what, screen, number, factor):
    """A number of the screen is that of JSON, rounded to its digits."""
    global compared
    compared += 1
    number = None if number is None else number * factor
    text = screen.rstrip("!~*")
    if text in ("-", "inf"):
        good = number is None or text == "inf"
    elif number is None:
        # What nothing is known of may be 0, as a count is.
        good = float(text) == 0
    elif text.startswith("<"):
        good = 0 < number < float(text[1:])
    else:
        unit = {"k": 1e3, "M": 1e6}.get(text[-1], 1)
        digits = text.rstrip("kM")
        decimals = len(digits.partition(".")[2])
        good = abs(float(digits) * unit - number) <= 0.5000001 * unit / 10 ** decimals
    if not good:
        differences.append(f"{what}: {screen} on the screen, {number} in JSON")


def cells(line):
    """A line of the screen with a place for each column of the terminal."""
    out = []
    for char in line:
        if unicodedata.combining(char) and out:
            continue
        out.append(char)
        if unicodedata.east_asian_width(char) in "WF":
            out.append("")
    return out


def token_at(row, end):
    """The word whose end is under the end of a heading, or one after it."""
    at = end if end < len(row) and row[end] not in (" ", "") else end - 1
    first = at
    while first > 0 and row[first - 1] != " ":
        first -= 1
    return "".join(row[first:at + 1]).strip()


def member(operation, name):
    for part in name.split("."):
        operation = operation[part]
    return operation


def compare_screen(report):
    lines = run("--dump-screen", "400x300").split("\n")
    health = next(line for line in lines if " events  " in line and " bad  " in line)
    log = dict(report["log"])
    # What is lost and dropped counts once.
    log["lost"] = log["missing"] or log["lost"]
    names = ["bad", "lost", "events", "lines", "foreign"]
    if log["dropped"] == 0 or log["dropped"] > log["missing"]:
        names.append("dropped")
    for name in names:
        expect(name, re.search(rf"([\d.]+[kM]?) {name}", health)[1],
               log[name], 1)
    if not report["operations"]:
        return
    top = next(i for i, line in enumerate(lines) if line.startswith(" OPERATION "))
    ends = {title: lines[top].index(f" {title} ") + 1 + len(title)
            for title in COLUMNS if f" {title} " in lines[top]}
    for number, operation in enumerate(report["operations"]):
        row = cells(lines[top + 1 + number])
        for title, end in ends.items():
            name, factor = COLUMNS[title]
            value = member(operation, name) if name else None
            if title == "OK%" and operation["failed_share"] is not None:
                value = 1 - operation["failed_share"]
            elif title == "OK%":
                continue
            if title == "MAX" and value is None:
                continue
            text = token_at(row, end)
            if text.endswith("*"):
                # The log has no calls that succeed at once.
                value = operation["attempts_per_failed_call"]
            expect(f"{operation['operation']}: {title}", text, value, factor)


def seconds(text):
    time = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return time.timestamp()


def recount(report):
    """The counts of each operation, all and in the window, from the log itself."""
    global compared
    counts, end = {}, seconds(report["window_end"]) if report["window_end"] else 0
    with open(sys.argv[2], encoding="utf-8", errors="replace") as log:
        for line in log:
            try:
                event = json.loads(line)
                kind = TYPES[event["event_type"].removeprefix("retry_")]
                time = seconds(event.get("ts") or event["timestamp"])
            except (ValueError, KeyError, TypeError, AttributeError):
                continue
            # A hedge that lost is not retried.
            if kind == "retries" and (event.get("kind") == "hedge" or
                                      event.get("outcome") == "cancelled"):
                continue
            inside = end - report["window_seconds"] <= time < end
            for group in ("total", "window") if inside else ("total",):
                key = (event["operation"], group, kind)
                counts[key] = counts.get(key, 0) + 1
    for operation in report["operations"]:
        for group in ("total", "window"):
            for kind in TYPES.values():
                compared += 1
                mine = counts.get((operation["operation"], group, kind), 0)
                theirs = operation[group][kind] or 0
                if mine != theirs:
                    differences.append(f"{operation['operation']}: {group}.{kind}: "
                                       f"{theirs}, a recount says {mine}")


def recount_groups(report):
    """The same of targets, policies, hosts and services, in the window."""
    global compared
    counts = {}
    end, length = seconds(report["window_end"]), report["window_seconds"]
    with open(sys.argv[2], encoding="utf-8", errors="replace") as log:
        events = [json.loads(line) for line in log]
    for event in events:
        kind = TYPES.get(event["event_type"].removeprefix("retry_"))
        if (kind is None or not end - length <= seconds(event["ts"]) < end or
                kind == "retries" and (event.get("kind") == "hedge" or
                                       event.get("outcome") == "cancelled")):
            continue
        for group in report["groups"]:
            key = (group, event.get(group, "(none)"), kind)
            counts[key] = counts.get(key, 0) + 1
    for group in ("target", "policy", "host", "service"):
        for row in report["groups"][group]:
            for kind in TYPES.values():
                theirs = row["window"][kind]
                if theirs is None:
                    continue
                compared += 1
                mine = counts.get((group, row["name"], kind), 0)
                if mine != theirs:
                    differences.append(f"{group} {row['name']}: {kind} in {length} s: "
                                       f"{theirs}, a recount says {mine}")


def main():
    report = json.loads(run("--once", "--format", "json"))
    compare_screen(report)
    names = {dialect["name"] for dialect in report["log"]["dialects"]
             if dialect["events"] > 0}
    if (names and names <= {"native", "python-retry"} and
            not report["log"]["bad"] and not report["log"]["unwrapped"]):
        recount(report)
    if names == {"native"} and not report["log"]["bad"] + report["log"]["foreign"]:
        for window in ("1s", "7s", "10s", "60s", "5m"):
            recount_groups(json.loads(run("--once", "--format", "json", "--window",
                                          window)))
    print(f"{compared} numbers")
    for difference in differences:
        print(difference)
    sys.exit(bool(differences))


main()
