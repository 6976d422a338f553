import base64

import pytest

from addons.base.models.action_server import ActionServer
from addons.base.models.attachment import Attachment
from addons.base.models.config_parameter import ConfigParameter
from addons.base.models.default import Default
from addons.base.models.model import ModelRow
from addons.base.models.model_access import ModelAccess
from addons.base.models.model_data import ModelData
from addons.base.models.partner import Partner
from addons.base.models.saved_filter import SavedFilter
from addons.base.models.user import User
from core import Env
from core.errors import AccessError, MissingError, UserError, ValidationError


def employee(env: Env) -> Env:
    user = env[User].create({"name": "Eva", "login": "eva"})
    return env.with_user(user.id)


def test_external_ids_are_resolved_as_clients_ask(env: Env) -> None:
    data = env[ModelData]
    spain = env.ref("base.es").id
    assert tuple(data.xmlid_to_res_model_res_id("base.es", True)) == ("res.country", spain)
    assert tuple(data.check_object_reference("base", "es", True)) == ("res.country", spain)
    assert data.xmlid_to_res_id("base.nothing_here") is False
    with pytest.raises(MissingError):
        data.get_object_reference("base", "nothing_here")


def test_access_check_answers_and_refuses(env: Env) -> None:
    eva = employee(env)
    assert eva[ModelAccess].check("res.partner", "read") is True
    assert eva[ModelAccess].check("res.country", "write", False) is False
    with pytest.raises(AccessError):
        eva[ModelAccess].check("ir.rule", "read")


def test_an_employee_does_not_read_rules_rights_and_parameters(env: Env) -> None:
    eva = employee(env)
    for model in ("ir.rule", "ir.model.access", "ir.config_parameter", "ir.cron", "ir.change"):
        with pytest.raises(AccessError):
            eva[model].search([])


def test_every_model_has_a_row_and_access_for_somebody(env: Env) -> None:
    rows = {row.model: row for row in env[ModelRow].search([])}
    granted = set(env[ModelAccess].search([]).mapped("model_id.model"))
    for name, info in env.registry.models.items():
        assert name in rows
        if not info.abstract and info.addon == "base":
            assert name in granted, name


def test_parameters_are_set_and_deleted(env: Env) -> None:
    parameters = env[ConfigParameter]
    assert parameters.set_param("a.key", "1") is False
    assert parameters.set_param("a.key", "2") == "1"
    assert employee(env)[ConfigParameter].setting("a.key") == "2"
    parameters.set_param("a.key", False)
    assert parameters.get_param("a.key", "none") == "none"


def test_filters_are_private_or_shared(env: Env) -> None:
    eva = employee(env)
    eva[SavedFilter].create_or_replace({"name": "Mine", "model_id": "res.partner", "user_id": eva.uid, "domain": "[]"})
    eva[SavedFilter].create_or_replace({"name": "mine", "model_id": "res.partner", "user_id": eva.uid, "domain": "[1]"})
    assert [row["domain"] for row in eva[SavedFilter].get_filters("res.partner")] == ["[1]"]
    admin = env.with_user(env.ref("base.user_admin").id)
    assert admin[SavedFilter].get_filters("res.partner") == []
    with pytest.raises(AccessError):
        eva[SavedFilter].create({"name": "All", "model_id": "res.partner", "user_id": False})


def test_defaults_of_a_user_come_before_those_for_all(env: Env) -> None:
    eva = employee(env)
    env[Default].set("res.partner", "city", "Madrid")
    eva[Default].set("res.partner", "city", "Soria", True)
    assert eva[Default].get_model_defaults("res.partner") == {"city": "Soria"}


def test_a_file_follows_the_rights_on_its_record(env: Env) -> None:
    eva = employee(env)
    partner = env[Partner].create({"name": "Acme"})
    content = base64.b64encode(b"hello").decode()
    values = {"name": "note.txt", "datas": content, "res_model": "res.partner", "res_id": partner.id}
    note = env[Attachment].create(values)
    assert (note.mimetype, note.file_size, note.res_name, note.datas) == ("text/plain", 5, "Acme", b"hello")
    with pytest.raises(AccessError):
        eva[Attachment].create(values)
    with pytest.raises(AccessError):
        eva[Attachment].browse(note.id).unlink()
    with pytest.raises(MissingError):
        env.with_user(env.ref("base.user_admin").id)[Attachment].create({**values, "res_id": 10**6})


def test_a_server_action_does_its_steps(env: Env) -> None:
    partner = env[Partner].create({"name": "Acme", "city": "Soria"})
    action = env[ActionServer].create(
        {
            "name": "Move",
            "model_id": env[ModelRow].search([("model", "=", "res.partner")]).id,
            "condition": "object.city == 'Soria'",
            "step_ids": [
                (0, 0, {"kind": "write", "line_ids": [
                    (0, 0, {"col1": "city", "value": "Madrid"}),
                    (0, 0, {"col1": "ref", "type": "equation", "value": "'R' + str(object.id)"}),
                ]}),
                (0, 0, {"kind": "refuse", "condition": "object.supplier", "message": "No suppliers."}),
            ],
        }
    )  # fmt: skip
    action.run([partner.id])
    assert (partner.city, partner.ref) == ("Madrid", f"R{partner.id}")
    partner.write({"city": "Soria", "supplier": True})
    with pytest.raises(UserError, match="No suppliers"):
        action.run([partner.id])
    with pytest.raises(ValidationError):
        action.write({"condition": "__import__('os')"})


def test_the_log_of_changes_is_not_altered(env: Env) -> None:
    entry = env["ir.change"].create({"model": "res.partner", "res_id": 1, "field": "name", "old": "a", "new": "b"})
    with pytest.raises(AccessError):
        entry.write({"new": "c"})
    with pytest.raises(AccessError):
        env.with_user(env.ref("base.user_admin").id)["ir.change"].browse(entry.id).unlink()


def test_the_files_one_may_read_are_those_of_records_one_may_read(env: Env) -> None:
    eva = employee(env)
    other = env["res.company"].create({"name": "Other"})
    shared, hidden = env[Partner].create([{"name": "Acme"}, {"name": "Secret", "company_id": other.id}])
    rows = [{"name": record.name, "res_model": "res.partner", "res_id": record.id} for record in (shared, hidden)]
    rows.append({"name": "rule.txt", "res_model": "ir.rule", "res_id": 1})
    files = env[Attachment].create(rows)
    readable = eva[Attachment]._rule_domain("read")
    assert env[Attachment].search([("id", "in", files.ids)]).filtered(readable).mapped("name") == ["Acme"]
    assert not files.filtered(eva[Attachment]._rule_domain("write"))
