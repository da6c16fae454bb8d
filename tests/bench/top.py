#!/usr/bin/python3
# retrytop and other programs that show a growing log, each in a terminal of tmux,
# in turn: an old log of two million lines; a log that grows by 200,000 and more
# lines a second; keys meanwhile; what it costs at rest. In the build folder:
#
#     python3 ../tests/bench/top.py [PART...]
#
# Parts: backlog live keys rest. BENCH_ROUNDS (3), BENCH_LINES (2000000), RETRYTOP.
# A missing peer is named and left out. Times of processors are user and system.
# SPDX-License-Identifier: MIT
import fcntl
import os
import pty
import re
import select
import shutil
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time

HOME = os.path.dirname(os.path.abspath(__file__))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
LINES = int(os.environ.get("BENCH_LINES", "2000000"))
RETRYTOP = os.path.abspath(os.environ.get("RETRYTOP", "retrytop"))
MAKE_LOG = os.path.abspath("tests/bench/make_log")
TICK = os.sysconf("SC_CLK_TCK")
WORK = tempfile.mkdtemp(prefix="bench-top-")
OLD = os.path.join(WORK, "old.log")
GROWS = os.path.join(WORK, "grows.log")
SOCKET = f"bench-top-{os.getpid()}"
START = 1000


def tmux(*words):
    return subprocess.run(["tmux", "-L", SOCKET, "-f", "/dev/null", *words],
                          capture_output=True, text=True).stdout


def family(pid):
    found = [pid]
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children") as children:
                for child in children.read().split():
                    found += family(int(child))
    except OSError:
        pass
    return found


def cpu_s(pids):
    ticks = 0
    for pid in pids:
        try:
            with open(f"/proc/{pid}/stat") as stat:
                words = stat.read().rsplit(")", 1)[1].split()
            ticks += int(words[11]) + int(words[12])
        except OSError:
            pass
    return ticks / TICK


def status(pid, name):
    """A number of /proc/PID/status; 0 if the process has ended."""
    try:
        with open(f"/proc/{pid}/status") as lines:
            found = re.search(name + r":\s*(\d+)", lines.read())
    except OSError:
        return 0
    return int(found[1]) if found else 0


class Viewer:
    """A program that shows a log; how many lines it has shown."""

    def __init__(self, name, log):
        self.name, self.out = name, os.path.join(WORK, "out")
        if name == "jq":
            self.tail = subprocess.Popen(["tail", "-n", "+1", "-f", log],
                                         stdout=subprocess.PIPE)
            self.jq = subprocess.Popen(
                ["jq", "--unbuffered", "-c",
                 "if .outcome == \"failure\" then 1 else 0 end"],
                stdin=self.tail.stdout, stdout=open(self.out, "wb"))
            self.pid = self.jq.pid
            return
        command = {
            "retrytop": f"exec {RETRYTOP} --delay 250ms {log}",
            "lnav": f"HOME={WORK} exec lnav {log}",
            "goaccess": f"exec goaccess {log} --no-global-config "
            "--log-format='%^\"ts\":\"%dT%t.%^\"operation\":\"%U\"%^' "
            "--date-format=%Y-%m-%d --time-format=%H:%M:%S "
            "--no-ip-validation --no-strict-status --no-color",
        }[name]
        tmux("new-session", "-d", "-x", "140", "-y", "45", "-s", "p", command)
        self.pid = int(tmux("list-panes", "-t", "p", "-F", "#{pane_pid}"))
        time.sleep(0.2)
        tmux("send-keys", "-t", "p", {"retrytop": "i", "lnav": "G"}.get(name, ""))

    def pids(self):
        return [self.tail.pid, self.jq.pid] if self.name == "jq" else family(self.pid)

    def shown(self):
        if self.name == "jq":
            return os.path.getsize(self.out) // 2
        screen = tmux("capture-pane", "-p", "-t", "p")
        if self.name == "lnav":
            # The number of the line at the top of the screen.
            if not re.search(r"(?m)^\s*L[\d,]+", screen):
                tmux("send-keys", "-t", "p", "G")
        pattern = {"retrytop": r"(\d+) lines  ", "lnav": r"(?m)^\s*L([\d,]+)",
                   "goaccess": r"Total Requests\s+(\d+)"}[self.name]
        found = re.search(pattern, screen)
        return int(found[1].replace(",", "")) if found else 0

    def wait(self, lines, limit_s):
        """Seconds until all lines are shown; None if that takes too long."""
        begin = time.monotonic()
        # lnav shows a line of the last screen.
        least = lines - 60 if self.name == "lnav" else lines
        while self.shown() < least:
            if time.monotonic() - begin > limit_s:
                return None
            time.sleep(0.05)
        return time.monotonic() - begin

    def close(self):
        if self.name == "jq":
            for program in (self.jq, self.tail):
                program.kill()
                program.wait()
            return
        tmux("kill-server")
        time.sleep(0.2)


def feed(rate, seconds):
    """Append lines of the old log in steps of 5 ms; a process."""
    child = os.fork()
    if child:
        return child
    with open(OLD, "rb") as old, open(GROWS, "ab", buffering=0) as grows:
        for _ in range(START):
            old.readline()
        begin, done = time.monotonic(), 0
        while done < rate * seconds:
            due = min(rate * seconds, int(rate * (time.monotonic() - begin)))
            chunk = []
            while done < due:
                chunk.append(old.readline())
                done += 1
            grows.write(b"".join(chunk))
            time.sleep(0.005)
    os._exit(0)


def begin_log():
    with open(OLD, "rb") as old, open(GROWS, "wb") as grows:
        for _ in range(START):
            grows.write(old.readline())


def peers():
    names = ["retrytop"]
    for name in ("lnav", "goaccess", "jq"):
        if shutil.which(name):
            names.append(name)
        else:
            print(f"{name}: not installed, not measured")
    return names


def median(numbers):
    return statistics.median(numbers) if numbers else float("nan")


def show(title, rows, form):
    print(f"\n{title}")
    for name, numbers in rows.items():
        good = [number for number in numbers if number is not None]
        text = form(median(good)) if good else "never"
        ratio = ""
        other = [number for number in rows.get("lnav", []) if number is not None]
        if good and other and name != "lnav":
            ratio = f"   {median(good) / median(other):.3f} x lnav"
        missed = f"   {len(numbers) - len(good)} of {len(numbers)} never" \
            if len(good) < len(numbers) else ""
        print(f"  {name:10} {text}{ratio}{missed}")


def backlog():
    wall, cpu, memory = {}, {}, {}
    names = [name for name in peers() if name != "jq"]
    for _ in range(ROUNDS):
        for name in names:
            begin = time.monotonic()
            viewer = Viewer(name, OLD)
            seconds = viewer.wait(LINES, 120)
            if seconds is not None:
                seconds = time.monotonic() - begin
            wall.setdefault(name, []).append(seconds)
            cpu.setdefault(name, []).append(cpu_s(viewer.pids()))
            memory.setdefault(name, []).append(
                max(status(pid, "VmHWM") for pid in viewer.pids()))
            viewer.close()
    show(f"{LINES} old lines until the screen is complete", wall,
         lambda value: f"{value:8.2f} s")
    show("processor time of that", cpu, lambda value: f"{value:8.2f} s")
    show("memory at most", memory, lambda value: f"{value / 1024:8.1f} MiB")


def live_at(name, rate, seconds):
    begin_log()
    viewer = Viewer(name, GROWS)
    viewer.wait(START, 30)
    before = cpu_s(viewer.pids())
    begin = time.monotonic()
    os.waitpid(feed(rate, seconds), 0)
    wrote = rate * seconds / (time.monotonic() - begin)
    lag = START + rate * seconds - viewer.shown()
    late = viewer.wait(START + rate * seconds, 60)
    used = cpu_s(viewer.pids()) - before
    viewer.close()
    return used, lag, late, wrote


def live():
    seconds = 5
    cpu, lags = {}, {}
    names = peers()
    for _ in range(ROUNDS):
        for name in names:
            used, _, late, _ = live_at(name, 200000, seconds)
            cpu.setdefault(name, []).append(
                None if late is None else used / (200000 * seconds) * 1e6)
            lags.setdefault(name, []).append(late)
    show("at 200,000 lines/s: processor time a line", cpu,
         lambda value: f"{value:8.2f} us")
    show("seconds behind at the end", lags, lambda value: f"{value:8.2f} s")
    print("\nlines/s for 2 s, and how far retrytop is behind then")
    for rate in (300000, 400000, 600000, 800000):
        if rate * 2 + START > LINES:
            break
        _, lag, late, wrote = live_at("retrytop", rate, 2)
        print(f"  {wrote:7.0f} lines/s  {lag} lines behind, "
              f"{'never' if late is None else f'{late:.2f} s'} to catch up")


class Terminal:
    """retrytop in a terminal whose bytes are counted."""

    def __init__(self, *words):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ["TERM"] = "xterm-256color"
            os.execv(RETRYTOP, [RETRYTOP, *words])
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 35, 120, 0, 0))
        os.kill(self.pid, signal.SIGWINCH)

    def read(self, seconds):
        """Bytes that come within this time."""
        count, end = 0, time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if select.select([self.fd], [], [], left)[0]:
                count += len(os.read(self.fd, 65536))
        return count

    def until(self, word, seconds):
        """Seconds until a word is drawn."""
        begin, text = time.monotonic(), b""
        while time.monotonic() - begin < seconds:
            if select.select([self.fd], [], [], 0.1)[0]:
                text += os.read(self.fd, 65536)
                if word in text:
                    return time.monotonic() - begin
        return seconds

    def close(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.fd)


def keys():
    begin_log()
    terminal = Terminal(GROWS)
    terminal.read(2)
    seconds = 8
    feeder = feed(200000, seconds)
    took, end = [], time.monotonic() + seconds - 1
    while time.monotonic() < end:
        # Each waits for the one before: what changes twice is not drawn.
        for word in (b"redraw", b"OPERATION"):
            os.write(terminal.fd, b"?")
            took.append(terminal.until(word, 5))
    os.waitpid(feeder, 0)
    terminal.close()
    took.sort()
    print(f"\na key at 200,000 lines/s: median {median(took) * 1e3:.1f} ms, p99 "
          f"{took[len(took) * 99 // 100] * 1e3:.1f} ms of {len(took)}")


def rest_of(title, rate, *paths):
    seconds = 10
    terminal = Terminal(*paths)
    terminal.read(3)
    feeder = feed(rate, seconds) if rate else None
    before, wakes = cpu_s([terminal.pid]), status(terminal.pid, "voluntary_ctxt_switches")
    count = terminal.read(seconds)
    used = cpu_s([terminal.pid]) - before
    wakes = status(terminal.pid, "voluntary_ctxt_switches") - wakes
    if feeder:
        os.waitpid(feeder, 0)
    terminal.close()
    print(f"  {title:26} {used / seconds * 100:5.2f} % of a processor, "
          f"{wakes / seconds:6.1f} times awake and {count / seconds:6.0f} bytes a second")


def rest():
    print("\nat rest, for 10 s")
    begin_log()
    rest_of("a log that does not grow", 0, GROWS)
    rest_of("100 lines/s", 100, GROWS)
    idle = []
    for i in range(500):
        idle.append(os.path.join(WORK, f"idle-{i}.log"))
        shutil.copy(GROWS, idle[-1]) if i == 0 else open(idle[-1], "w").close()
    rest_of("500 files that do not grow", 0, *idle)


def main():
    parts = {"backlog": backlog, "live": live, "keys": keys, "rest": rest}
    chosen = sys.argv[1:] or list(parts)
    for tool in ("tmux",):
        if not shutil.which(tool):
            sys.exit(f"{tool}: not installed, nothing measured")
    try:
        with open(OLD, "wb") as old:
            subprocess.run([MAKE_LOG, str(LINES)], stdout=old, check=True)
        formats = os.path.join(WORK, ".lnav", "formats", "installed")
        os.makedirs(formats)
        shutil.copy(os.path.join(HOME, "../../share/lnav/backoff-events.json"),
                    formats)
        print(f"date: {time.strftime('%Y-%m-%d', time.gmtime())}, processors: "
              f"{os.cpu_count()}, load: {os.getloadavg()[0]:.1f}, a log of "
              f"{os.path.getsize(OLD) / 1e6:.0f} MB")
        for part in chosen:
            parts[part]()
            sys.stdout.flush()
    finally:
        tmux("kill-server")
        shutil.rmtree(WORK)


main()
