"""HTML to PDF. The engine may fetch nothing: no files, no network; pictures come inside the document."""

from __future__ import annotations

import io

import plutoprint

from core.errors import UserError


class _NothingElse(plutoprint.ResourceFetcher):
    """Refuses every address: a template could otherwise read the server's files."""

    def fetch_url(self, url: str) -> plutoprint.ResourceData:
        raise PermissionError(f"a report may not fetch {url[:100]}")


def to_pdf(html: str) -> bytes:
    """The pages of an HTML document as PDF.

    Raises:
        UserError: when the document cannot be laid out.
    """
    book = plutoprint.Book(plutoprint.PAGE_SIZE_A4)
    book.custom_resource_fetcher = _NothingElse()
    out = io.BytesIO()
    try:
        book.load_html(html)
        book.write_to_pdf_stream(out)
    except plutoprint.Error as error:
        raise UserError("The report could not be laid out: {why}", why=str(error)) from error
    return out.getvalue()
