"""Fields for bytes and structured values: files, pictures, JSON."""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING, Any, Unpack

import sqlalchemy as sa

from core.db.types import JsonMap
from core.kernel.text import flaw
from core.orm.fields.base import MISSING, Field
from core.orm.fields.options import Options

if TYPE_CHECKING:
    from sqlalchemy.types import TypeEngine

    from core.orm.env import Env
    from core.orm.model import Model


class Binary(Field[bytes, "bytes | str"]):
    """Bytes, kept in the content-addressed file store; the column holds `digest:size`."""

    type = "binary"

    def __init__(self, string: str = "", *, required: bool = False, **options: Unpack[Options]) -> None:
        super().__init__(string, required=required, **options)

    def null(self) -> str:
        return ""

    def to_raw(self, value: Any, env: Env) -> str:
        if value is None or value is False or value in ("", b""):
            return ""
        if isinstance(value, str):
            try:
                value = base64.b64decode("".join(value.split()), validate=True)
            except (binascii.Error, ValueError):
                raise self.refuse(value, "is not base64") from None
        data = self.prepare(bytes(value), env)
        blob = env.registry.files.put(data)
        return f"{blob.digest}:{blob.size}"

    def prepare(self, data: bytes, env: Env) -> bytes:
        """Check or convert the bytes before they are stored."""
        return data

    def to_record(self, raw: Any, record: Model) -> bytes:
        return record.env.registry.files.read(raw.partition(":")[0]) if raw else b""

    def to_column(self, raw: Any) -> Any:
        return raw or None

    def from_column(self, value: Any) -> Any:
        return value or ""

    def to_edge(self, raw: Any, record: Model) -> Any:
        if not raw:
            return False
        if record.env.context.get("bin_size"):
            return raw.partition(":")[2]
        return base64.b64encode(self.to_record(raw, record)).decode("ascii")

    def column_type(self) -> TypeEngine[Any]:
        return sa.String()


class Image(Binary):
    """A picture (PNG, JPEG, GIF or WebP), checked by its first bytes."""

    type = "image"
    signatures = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a")

    def prepare(self, data: bytes, env: Env) -> bytes:
        webp = data[:4] == b"RIFF" and data[8:12] == b"WEBP"
        if not webp and not data.startswith(self.signatures):
            raise self.refuse(data[:12], "is not a PNG, JPEG, GIF or WebP picture")
        return data

    def describe(self, env: Env) -> dict[str, Any]:
        return {**super().describe(env), "type": "binary", "widget": "image"}


class Json(Field[Any, Any]):
    """A structured value: lists, mappings, numbers, texts."""

    type = "json"

    def __init__(
        self, string: str = "", *, required: bool = False, related: str = MISSING, **options: Unpack[Options]
    ) -> None:
        super().__init__(string, required=required, related=related, **options)

    def to_raw(self, value: Any, env: Env) -> Any:
        if value is None or value is False:
            return None
        try:
            written = json.dumps(value, allow_nan=False, ensure_ascii=False)
        except (TypeError, ValueError):
            raise self.refuse(value, "cannot be written as JSON") from None
        wrong = "holds a NUL character" if "\\u0000" in written else flaw(written)
        if wrong:
            raise self.refuse(value, wrong)
        return value

    def to_edge(self, raw: Any, record: Model) -> Any:
        return False if raw is None else raw

    @property
    def sortable(self) -> bool:
        return False

    def column_type(self) -> TypeEngine[Any]:
        return JsonMap()
