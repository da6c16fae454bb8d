"""Helpers of scrape.sh: HTTP, the API of Prometheus, a strict OpenMetrics parser.

Exit status 1: a check failed, 77: the parser is not installed.
"""
# SPDX-License-Identifier: MIT
import json
import socket
import sys
import urllib.error
import urllib.parse
import urllib.request

# Do not use the environment's proxy for 127.0.0.1.
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def fetch(url, accept="*/*"):
    request = urllib.request.Request(url, headers={"Accept": accept})
    return opener.open(request, timeout=10)


def get(url, accept="*/*"):
    with fetch(url, accept) as response:
        sys.stdout.buffer.write(response.read())


def content_type(url, accept="*/*"):
    with fetch(url, accept) as response:
        print(response.headers["Content-Type"])


def status(url, method="GET"):
    """Print the status of an answer, and which methods it allows."""
    request = urllib.request.Request(url, method=method)
    try:
        with opener.open(request, timeout=10) as response:
            print(response.status, len(response.read()))
    except urllib.error.HTTPError as error:
        print(error.code, error.headers.get("Allow", "-"))


def hold(url, count):
    """Begin requests, and do not go on until standard input ends."""
    address = urllib.parse.urlsplit(url)
    held = [socket.create_connection((address.hostname, address.port))
            for _ in range(int(count))]
    for connection in held:
        connection.sendall(b"GET /metrics HT")
    print("held", flush=True)
    sys.stdin.read()


def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        print(probe.getsockname()[1])


def answer(base, path, **arguments):
    url = f"{base}/api/v1/{path}?{urllib.parse.urlencode(arguments)}"
    with fetch(url) as response:
        return json.load(response)["data"]


def value(base, query):
    """Print the value of a query."""
    result = answer(base, "query", query=query)["result"]
    print(" ".join(sample["value"][1] for sample in result))


def metadata(base, metric):
    for known in answer(base, "metadata", metric=metric).get(metric, []):
        print(known["type"], known["unit"])


def expressions(path):
    """Print the expressions of a Grafana dashboard as recording rules."""
    with open(path, encoding="utf-8") as text:
        dashboard = json.load(text)
    print("groups:\n  - name: dashboard\n    rules:")
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            expression = target["expr"].replace("$__rate_interval", "5m")
            expression = expression.replace("$instance", ".*")
            print(f"      - expr: {json.dumps(expression)}\n"
                  f"        record: panel{panel['id']}:{target['refId']}")


def openmetrics(path):
    """Parse a file; one line per family."""
    try:
        from prometheus_client.openmetrics import parser
    except ImportError:
        sys.exit(77)
    with open(path, encoding="utf-8", newline="\n") as text:
        for family in parser.text_fd_to_metric_families(text):
            print(family.name, family.type, family.unit or "-",
                  len(family.samples))


globals()[sys.argv[1]](*sys.argv[2:])
