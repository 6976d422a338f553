"""Sends requests from a process of its own: reads them from standard input, writes how long they took.

Standard library only: it must not compete with the server for more than it has to.
"""

from __future__ import annotations

import http.client
import json
import sys
import threading
import time
from typing import Any


def send(asked: dict[str, Any]) -> dict[str, Any]:  # Any: JSON
    """Send `requests` (method, path, body) to `port`, by so many `clients` at once, each on a connection of its own."""
    todo = iter(asked["requests"])
    lock, times, errors, sizes = threading.Lock(), [], [], []

    def client() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", asked["port"], timeout=60)
        while True:
            with lock:
                request = next(todo, None)
            if request is None:
                return
            method, path, body = request
            began = time.perf_counter()
            connection.request(method, path, body, asked["headers"])
            answer = connection.getresponse()
            data = answer.read()
            times.append(time.perf_counter() - began)
            sizes.append(len(data))
            if answer.status != 200 or data.startswith(b'{"jsonrpc":"2.0","id":null') or b'"error"' in data[:80]:
                errors.append([answer.status, data[:300].decode(errors="replace")])

    threads = [threading.Thread(target=client) for _ in range(asked["clients"])]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    times.sort()
    return {
        "seconds": seconds, "p50": times[len(times) // 2], "p95": times[int(len(times) * 0.95)], "errors": errors[:3],
        "size": max(sizes),
    }  # fmt: skip


def main() -> None:
    """One job a line."""
    for line in sys.stdin:
        sys.stdout.write(json.dumps(send(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
