"""Files by address: attachments, and the pictures and files that records hold in their fields."""

from __future__ import annotations

from typing import Any

from core.errors import AccessError, MissingError
from core.http.headers import DOWNLOAD_POLICY
from core.http.request import Request, Response, file_response
from core.http.routing import route

_KINDS = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif", b"RIFF": "image/webp"}


@route("/web/image/<model>/<int:record_id>/<field>")
def image(request: Request, model: str, record_id: int, field: str) -> Response:
    """The picture of a record, as the reader may see it."""
    data = _bytes(request, model, record_id, field)
    kind = next((mime for start, mime in _KINDS.items() if data.startswith(start)), "application/octet-stream")
    response = Response(data, mimetype=kind)
    response.headers["Cache-Control"] = "private, max-age=604800" if request.args.get("v") else "private, no-cache"
    if kind == "application/octet-stream":
        response.headers["Content-Disposition"] = "attachment"
        response.headers["Content-Security-Policy"] = DOWNLOAD_POLICY
    return response


@route("/web/content/<int:attachment_id>")
def attachment(request: Request, attachment_id: int) -> Response:
    """An attachment as a download."""
    data = _bytes(request, "ir.attachment", attachment_id, "datas")
    record: Any = request.env["ir.attachment"].browse(attachment_id)
    return file_response(data, record.name or "file")


@route("/web/content/<model>/<int:record_id>/<field>")
def content(request: Request, model: str, record_id: int, field: str) -> Response:
    """The file in a field of a record as a download."""
    data = _bytes(request, model, record_id, field)
    return file_response(data, request.env[model].browse(record_id).display_name or "file")


def _bytes(request: Request, model: str, record_id: int, name: str) -> bytes:
    """The bytes of a field; what the reader may not see looks as if it were not there."""
    env = request.env
    info = env.registry[model]
    field = info.field(name)
    if field.type not in ("binary", "image"):
        raise MissingError("{field} holds no file.", field=name)
    try:
        record: Any = env[model].with_context(bin_size=False).browse(record_id)
        data: bytes = field.__get__(record, None)
    except AccessError:
        raise MissingError("There is no such file, or you may not see it.") from None
    if not data:
        raise MissingError("There is no such file, or you may not see it.")
    return data
