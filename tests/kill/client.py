"""A program that talks to a server over HTTP: it knows which of its calls were answered with success."""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.parse import urlsplit


class Refused(Exception):
    """The server answered, and the answer is an error; `status` is that of HTTP."""

    def __init__(self, error: Any, status: int = 0) -> None:  # Any: JSON
        self.status = status
        super().__init__(str(error))


class Client:
    """One person's session on one database. Raises OSError or HTTPException when the server goes away."""

    def __init__(self, url: str, database: str, login: str, password: str) -> None:
        self._host = urlsplit(url).netloc
        self.cookie = ""
        answer = self._post("/web/session/authenticate", {"db": database, "login": login, "password": password})
        self.cookie = f"session_id={answer['session_id']}"

    def call(self, model: str, method: str, *args: Any, **kwargs: Any) -> Any:
        """What a method answers; the call is acknowledged when this returns. Raises Refused with the server's words."""
        params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        return self._post("/web/dataset/call_kw", params)

    def _post(self, path: str, params: dict[str, Any]) -> Any:
        connection = http.client.HTTPConnection(self._host, timeout=120)
        try:
            body = json.dumps({"jsonrpc": "2.0", "method": "call", "params": params, "id": 1})
            connection.request("POST", path, body, {"Content-Type": "application/json", "Cookie": self.cookie})
            response = connection.getresponse()
            answer = json.loads(response.read() or b"null")
        finally:
            connection.close()
        if not isinstance(answer, dict) or "error" in answer:
            raise Refused((answer or {}).get("error"), response.status)
        return answer["result"]
