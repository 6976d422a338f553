"""Two hundred connections at once: whoever is let in is served, the others are told when to come again."""

from __future__ import annotations

import http.client
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest

from core.testing.records import Database
from core.testing.serving import ServerProcess

CONNECTIONS, USERS = 200, 40
SECONDS = 10.0
BODY = (
    '{"jsonrpc": "2.0", "method": "call", "id": 1, "params": {"model": "res.country", "method": "search_read",'
    ' "args": [[]], "kwargs": {"fields": ["name", "code"], "limit": 80}}}'
)


@dataclass
class Answers:
    """What one connection got."""

    seconds: dict[int, list[float]] = field(default_factory=dict)
    without_hint: int = 0
    broken: list[str] = field(default_factory=list)


def cookies(database: Database) -> list[str]:
    """Sessions of many users, one each."""
    from core.http.request import session_identifier
    from core.security.session import open_session

    with database.transaction() as env:
        group = env.ref("base.group_user").id
        rows = [{"name": f"U{n}", "login": f"u{n}@example.com", "groups_id": [(6, 0, [group])]} for n in range(USERS)]
        users = env["res.users"].create(rows)
        env.flush()
        return [f"session_id={session_identifier(database.name, open_session(env, uid))}" for uid in users.ids]


def knock(host: str, cookie: str, until: float, found: Answers) -> None:
    """Ask again and again over one connection, as a program does that never listens to `Retry-After`."""
    connection = http.client.HTTPConnection(host, timeout=60)
    while time.monotonic() < until:
        began = time.monotonic()
        try:
            connection.request(
                "POST", "/web/dataset/call_kw", BODY, {"Cookie": cookie, "Content-Type": "application/json"}
            )
            response = connection.getresponse()
            text = response.read()
        except (OSError, http.client.HTTPException) as error:
            found.broken.append(repr(error))
            connection.close()
            continue
        found.seconds.setdefault(response.status, []).append(time.monotonic() - began)
        if response.status == 503:
            found.without_hint += not response.getheader("Retry-After")
            time.sleep(0.2)
        elif response.status == 200 and b'"error"' in text:
            found.broken.append(text.decode()[:300])
    connection.close()


@pytest.mark.load
@pytest.mark.parametrize("users", [USERS, 1], ids=["many users", "one user"])
def test_two_hundred_connections_at_once(
    database: Database, start: Callable[..., ServerProcess], capsys: pytest.CaptureFixture[str], users: int
) -> None:
    keys = cookies(database)[:users]
    server = start()
    host = urlsplit(server.url).netloc
    calm = Answers()
    knock(host, keys[0], time.monotonic() + 1, calm)
    answers = [Answers() for _ in range(CONNECTIONS)]
    until = time.monotonic() + SECONDS
    threads = [
        threading.Thread(target=knock, args=(host, keys[number % len(keys)], until, one))
        for number, one in enumerate(answers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    after = Answers()
    knock(host, keys[0], time.monotonic() + 1, after)
    served = sorted(second for one in answers for second in one.seconds.get(200, []))
    refused = sorted(second for one in answers for second in one.seconds.get(503, []))
    with capsys.disabled():
        sys.stdout.write(
            f"\n{database.registry.backend}, {CONNECTIONS} connections of {users} users: "
            f"{len(served) / SECONDS:.0f} answers/s, half within {served[len(served) // 2]:.2f} s, "
            f"99 % within {served[len(served) * 99 // 100]:.2f} s; {len(refused)} refused, the slowest after "
            f"{refused[-1] if refused else 0:.2f} s; alone before {len(calm.seconds[200])}/s, "
            f"after {len(after.seconds[200])}/s\n"
        )
    assert [one for answer in answers for one in answer.broken] == []
    assert {status for one in answers for status in one.seconds} <= {200, 503}
    assert sum(one.without_hint for one in answers) == 0
    assert served
    if users == 1:
        assert refused, "one user may not have all places and all waiting"
    assert after.seconds.keys() == {200}
