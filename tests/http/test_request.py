"""Redirects stay on this site, downloads cannot run, languages are negotiated, sessions name their database."""

from __future__ import annotations

import pytest
from werkzeug.http import parse_options_header
from werkzeug.test import EnvironBuilder

from core.http.request import (
    Request,
    content_disposition,
    file_response,
    local_path,
    redirect,
    session_identifier,
    split_session_identifier,
)
from core.http.site import Site
from tests.http.sites import make_site


@pytest.fixture
def site() -> Site:
    return make_site()


def request(site: Site, **options: object) -> Request:
    return Request(EnvironBuilder(**options).get_environ(), site)  # type: ignore[arg-type]  # a test's own options


@pytest.mark.case("G06")
@pytest.mark.parametrize(
    "evil",
    [
        "//evil", "/\\evil", "\\\\evil", "https:evil", "https://evil", "javascript:alert(1)", "/%2f%2fevil", "/%5cevil",
        "", "evil", " /web", "/web\r\nSet-Cookie: a=b", "/\tevil", "data:text/html,x", "/web\\..\\evil",
    ],
)  # fmt: skip
def test_a_redirect_never_leaves_the_site(evil: str) -> None:
    assert local_path(evil) == "/web"
    assert redirect(evil).headers["Location"] == "/web"


def test_a_redirect_keeps_a_path_of_ours() -> None:
    for path in ("/web?a=1&b=%20x", "/web/lead/5#notes", "/web/año"):
        assert local_path(path) == path
    assert redirect("/web/año").headers["Location"] == "/web/a%C3%B1o"


@pytest.mark.case("C17", "C18")
@pytest.mark.parametrize("mimetype", ["text/html", "image/svg+xml", "application/xhtml+xml", "text/xml", "", "x/y"])
def test_what_could_run_is_always_downloaded(mimetype: str) -> None:
    for download in (True, False):
        response = file_response(b"<script>", "a.png", mimetype, download=download)
        assert response.content_type == "application/octet-stream"
        assert response.headers["Content-Disposition"].startswith("attachment;")
        assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_a_pdf_says_what_it_is_when_downloaded_too() -> None:
    response = file_response(b"%PDF-1.7", "offer.pdf", "application/pdf")
    assert response.content_type == "application/pdf"
    assert response.headers["Content-Disposition"].startswith("attachment;")


def test_pictures_may_be_shown() -> None:
    response = file_response(b"x", "a.png", "image/png", download=False)
    assert response.content_type == "image/png"
    assert response.headers["Content-Disposition"].startswith("inline;")
    assert file_response(b"x", "a.png", "image/png").headers["Content-Disposition"].startswith("attachment;")


@pytest.mark.case("C45")
@pytest.mark.parametrize(
    "name", ["a\r\nX: y", 'a"b', "../../etc/passwd", "", "...", "x" * 500, "año €.pdf", "a\u202etxt.exe"]
)
def test_a_file_name_cannot_break_the_header(name: str) -> None:
    header = content_disposition(name)
    assert header.isascii()
    assert "\r" not in header
    assert "\n" not in header
    kind, options = parse_options_header(header)
    assert kind == "attachment"
    assert options["filename"]
    assert "/" not in options["filename"]
    assert "\u202e" not in options["filename"]


@pytest.mark.case("C45")
def test_a_spanish_file_name_arrives_whole() -> None:
    _kind, options = parse_options_header(content_disposition("año €.pdf"))
    assert options["filename"] == "año €.pdf"


def test_the_language_is_negotiated(site: Site) -> None:
    offered = ["en_US", "es_ES"]
    assert request(site).negotiated_lang(offered) == "en_US"
    assert request(site, headers={"Accept-Language": "es-AR,es;q=0.9"}).negotiated_lang(offered) == "es_ES"
    assert request(site, headers={"Accept-Language": "es-MX,en;q=0.5"}).negotiated_lang(offered) == "es_ES"
    assert request(site, headers={"Accept-Language": "fr, en-GB;q=0.7, es;q=0.3"}).negotiated_lang(offered) == "en_US"
    assert request(site, headers={"Accept-Language": "*"}).negotiated_lang(offered) == "en_US"
    assert request(site, headers={"Accept-Language": "fr"}).negotiated_lang(offered) == "en_US"
    both = {"Accept-Language": "en", "Cookie": "lang=es_ES"}
    assert request(site, headers=both).negotiated_lang(offered) == "es_ES"
    assert request(site, headers={"Cookie": "lang=../x"}).negotiated_lang(offered) == "en_US"


def test_a_session_identifier_names_its_database() -> None:
    token = "t" * 43
    assert split_session_identifier(session_identifier("shop.one", token)) == ("shop.one", token)
    for wrong in ("", "x", token, token + ".", token + "-shop", "short.shop"):
        assert split_session_identifier(wrong) == ("", "")


@pytest.mark.case("A17")
def test_a_session_is_never_taken_from_the_address(site: Site) -> None:
    token = "t" * 43 + ".shop"
    assert request(site, query_string={"session_id": token}).session_id == ""
    assert request(site, headers={"Cookie": f"session_id={token}"}).session_id == token
    assert request(site, headers={"X-Openerp-Session-Id": token}).session_id == token
    assert not request(site, headers={"X-Openerp-Session-Id": token}).ambient
    assert request(site, headers={"Cookie": f"session_id={token}"}).ambient


def test_records_are_out_of_reach_without_a_transaction(site: Site) -> None:
    with pytest.raises(RuntimeError, match="auth="):
        _ = request(site).env
