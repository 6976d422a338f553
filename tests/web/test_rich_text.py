"""Rich text in a plain input."""

from __future__ import annotations

import pytest

from core.http.web.plain_html import as_html, as_text


@pytest.mark.parametrize("text", ["One line", "Two\nlines", "Two\n\nparagraphs & more", ""])
def test_paragraphs_survive_the_way_to_a_plain_input_and_back(text: str) -> None:
    assert as_text(as_html(text)) == text


def test_richer_text_stays_as_it_is() -> None:
    source = '<p>See <a href="/web">this</a></p>'
    assert as_text(source) == source
    assert as_html(source) == source


def test_typed_signs_do_not_become_tags() -> None:
    assert as_html("1 < 2 & 3") == "<p>1 &lt; 2 &amp; 3</p>"
