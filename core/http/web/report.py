"""`/web/report/<name>/<ids>`: records printed with a report, as a file."""

from __future__ import annotations

from core.errors import MissingError
from core.http.request import Request, Response, file_response
from core.http.web.refusal import screen
from core.report.printing import print_records


@screen("/web/report/<name>/<ids>", write=False)
def print_(request: Request, name: str, ids: str) -> Response:
    """The printed records; `?show` opens the file in the browser."""
    numbers = [int(part) for part in ids.split(",") if part.isdigit()][:2_000]
    if not numbers:
        raise MissingError("There is nothing to print: the records do not exist, or you may not see them.")
    printed = print_records(request.env, name, numbers)
    kind = "application/pdf" if printed.format == "pdf" else "text/html"
    return file_response(printed.data, printed.file_name, kind, download="show" not in request.args)
