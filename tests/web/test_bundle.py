"""One style sheet and one script, found under the digest of their content."""

from __future__ import annotations

import gzip

from core.http.web.bundle import SCRIPTS, STYLES, bundle_url
from core.testing.clients import WebClient


def test_the_style_is_kept_for_a_year_and_names_fonts_by_digest(client: WebClient) -> None:
    answer = client.get(bundle_url("css"))
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.mimetype == "text/css"
    assert "../vendor/" not in answer.text


def test_an_old_digest_gets_the_new_content_uncached(client: WebClient) -> None:
    answer = client.get("/web/bundle/0123456789ab.js")
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "customElements.define" in answer.text


def test_style_and_script_are_small(client: WebClient) -> None:
    sizes = [len(gzip.compress(client.get(bundle_url(kind)).data)) for kind in ("css", "js")]
    assert sum(sizes) < 30_000


def test_every_style_sheet_and_script_is_in_its_bundle() -> None:
    from pathlib import Path

    import core.http.web.bundle

    static = Path(core.http.web.bundle.__file__).parent.parent / "static"
    assert {file.stem for file in (static / "css").glob("*.css")} == set(STYLES)
    assert {file.stem for file in (static / "js").glob("*.js")} == set(SCRIPTS)


def test_nothing_else_is_served_as_a_bundle(client: WebClient) -> None:
    assert client.get("/web/bundle/0123456789ab.html").status_code == 404
