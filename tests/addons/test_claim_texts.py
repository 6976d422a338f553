"""Texts reach a reader in Spanish: those of core, of the addon, and those an administrator has changed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from addons.base.models.translation import Translation
from addons.claim_demo.models.claim import Claim
from core import Env
from core.errors import UserError
from core.module.create import activate_language
from core.testing.clients import Refused, WebClient
from core.testing.databases import rolled_back
from core.testing.records import AsUser, Database, Installed
from core.testing.users import environment_of

pytestmark = pytest.mark.addons("claim_demo")


def test_a_refusal_over_rpc_speaks_the_readers_language(
    database: Database, new_client: Callable[..., WebClient]
) -> None:
    with database.transaction() as env:
        reader = environment_of(env, (), "es_ES", {"login": "ana"})
        number = env[Claim].create({"name": "Silla rota", "user_id": reader.uid}).id
    ana, context = new_client("ana"), {"lang": "es_ES"}
    with pytest.raises(Refused) as refused:
        ana.call("demo.claim", "action_close", [number], context=context)
    assert refused.value.message.startswith("Silla rota está en «Nueva»; ahí no se puede «")
    ana.call("demo.claim", "action_open", [number], context=context)
    with pytest.raises(Refused) as refused:
        ana.call("demo.claim", "action_close", [number], context=context)
    assert refused.value.message == "Indique cómo resolvió Silla rota antes de cerrarla."
    admin = new_client()
    with pytest.raises(Refused, match="Say how you resolved Silla rota"):
        admin.call("demo.claim", "action_close", [number])


def test_labels_speak_the_readers_language(as_user: AsUser) -> None:
    described = as_user(lang="es_ES")[Claim].fields_get(["name", "state"], ["string", "selection"])
    assert described["name"]["string"] == "Asunto"
    assert ["done", "Cerrada"] in described["state"]["selection"]
    assert as_user()[Claim].fields_get(["name"], ["string"])["name"]["string"] == "Claim Subject"


def test_menus_of_the_addon_are_translated_when_it_is_installed_and_when_the_language_comes(as_user: AsUser) -> None:
    reader = as_user(lang="es_ES")
    assert reader.ref("claim_demo.menu_claims_root").display_name == "Reclamaciones"


def test_what_an_administrator_has_changed_wins_in_every_process(
    database: Database, new_client: Callable[..., WebClient]
) -> None:
    def label() -> str:
        context = {"lang": "es_ES"}
        described = new_client().call("demo.claim", "fields_get", ["date_deadline"], ["string"], context=context)
        return str(described["date_deadline"]["string"])

    with database.transaction() as env:
        activate_language(env, "es_ES")
    assert label() == "Fecha límite"
    with database.transaction() as env:
        env[Translation].create({"lang": "es_ES", "src": "Deadline", "value": "Plazo"})
    assert label() == "Plazo"
    with database.transaction(context={"lang": "es_ES"}, write=False) as env:
        assert env.translate_term("Deadline", "claim_demo") == "Plazo"


def test_an_addons_texts_belong_to_the_databases_that_have_it(installed: Installed) -> None:
    with rolled_back(installed("claim_demo")) as here, rolled_back(installed()) as there:
        for env, text in ((here, "Qué falló"), (there, "What Went Wrong")):
            assert env.with_context(lang="es_ES").translate_term("What Went Wrong", "claim_demo") == text
            assert env.with_context(lang="es_MX").translate_term("What Went Wrong", "claim_demo") == text


def test_a_text_of_core_is_found_under_core_and_without_an_addon(env: Env) -> None:
    source = "Exactly one {model} is expected, not {count}."
    spanish = env.with_context(lang="es_ES")
    assert spanish.translate_term(source, "core") == spanish.translate_term(source, "") != source
    with pytest.raises(UserError) as refused:
        env[Claim].ensure_one()
    translated = refused.value.translated(lambda text: spanish.translate_term(text, "core"))
    assert translated == "Se espera exactamente un registro de demo.claim, no 0."
