"""An addon's report: a PDF in the customer's language, of what the reader may see."""

from __future__ import annotations

import pypdfium2
import pytest

from addons.base.models.partner import Partner
from addons.claim_demo.models.claim import Claim
from core import Env
from core.errors import MissingError
from core.module.create import activate_language
from core.report.printing import Printed, print_records
from core.testing.records import AsUser

pytestmark = pytest.mark.addons("claim_demo")
REPORT = "claim_demo.claim_letter"


@pytest.fixture
def claims(env: Env) -> Claim:
    activate_language(env, "es_ES")
    people = env[Partner].create([{"name": "Ana Núñez", "lang": "es_ES"}, {"name": "John Smith", "lang": "en_US"}])
    return env[Claim].create(
        [
            {
                "name": f"Chair of {person.name}",
                "date": "2026-01-15",
                "partner_id": person.id,
                "resolution": "Silla nueva, 7 días.",
                "line_ids": [(0, 0, {"name": "Chair", "amount": "1234.50"})],
            }
            for person in people
        ]
    )


def pages_of(printed: Printed) -> list[str]:
    with pypdfium2.PdfDocument(printed.data) as document:
        return [page.get_textpage().get_text_bounded() for page in document]


def test_the_letter_is_a_pdf_in_the_customers_language(env: Env, claims: Claim) -> None:
    printed = print_records(env, REPORT, claims[:1].ids)
    assert printed.data.startswith(b"%PDF-")
    assert printed.file_name == "Chair of Ana Núñez.pdf"
    (text,) = pages_of(printed)
    assert "Su reclamación: Chair of Ana Núñez" in text
    assert "15/01/2026 · Nueva" in text
    assert "Qué falló Importe" in text
    assert "Coste 1.234,50 €" in text
    assert "Resolution" not in text


def test_each_customer_gets_a_page_in_a_language_of_their_own(env: Env, claims: Claim) -> None:
    spanish, english = pages_of(print_records(env, REPORT, claims.ids))
    assert "Su reclamación" in spanish
    assert "Your claim: Chair of John Smith" in english
    assert "€1,234.50" in english


def test_the_letter_shows_what_the_reader_may_see(claims: Claim, as_user: AsUser) -> None:
    assert len(pages_of(print_records(as_user(lang="es_ES"), REPORT, claims.ids))) == 2
    with pytest.raises(MissingError):
        print_records(as_user(), REPORT, [claims.ids[-1] + 1000])
    with pytest.raises(MissingError, match="no_such_report"):
        print_records(as_user(), "claim_demo.no_such_report", claims.ids)
