import pytest

from addons.base.models.partner import Partner
from addons.base.models.user import User
from addons.base.models.user_apikey import ApiKey, ApiKeyDescription
from core import Env
from core.errors import AccessDenied, AccessError, UserError, ValidationError


def make(env: Env, login: str = "pia", **values: object) -> User:
    return env[User].create({"name": "Pía", "login": login, "password": "a good secret", **values})


def test_the_superuser_and_the_admin_have_the_ids_that_programs_know(env: Env) -> None:
    assert env.ref("base.user_root").id == 1
    assert env.ref("base.user_admin").id == 2


def test_a_user_brings_a_partner_that_is_no_customer(env: Env) -> None:
    pia = make(env, login="pia@acme.example")
    assert pia.partner_id.name == "Pía"
    assert pia.partner_id.email == "pia@acme.example"
    assert not pia.partner_id.customer


def test_a_password_is_never_read_back(env: Env) -> None:
    pia = make(env)
    assert pia.password == ""
    assert pia.password_hash.startswith("$argon2")
    admin = env.with_user(env.ref("base.user_admin").id)
    [row] = admin[User].browse(pia.id).read(["login", "password"])
    assert row["password"] is False
    with pytest.raises(AccessError):
        admin[User].browse(pia.id).read(["password_hash"])
    with pytest.raises(AccessError):
        admin[User].search([("password_hash", "like", "argon")])


def test_a_changed_password_ends_what_was_opened_with_the_old_one(env: Env) -> None:
    pia = make(env)
    before = pia.credential_version
    with pytest.raises(AccessDenied):
        env.with_user(pia.id)[User].change_password("wrong", "another secret")
    env.with_user(pia.id)[User].change_password("a good secret", "another secret")
    assert pia.credential_version != before


def test_a_short_password_is_refused(env: Env) -> None:
    with pytest.raises(ValidationError, match="at least 8"):
        make(env, password="short")


def test_groups_count_with_all_they_imply(env: Env) -> None:
    admin = env.with_user(env.ref("base.user_admin").id)
    assert admin.has_group("base.group_user")
    pia = make(env)
    assert env.with_user(pia.id).has_group("base.group_user")
    assert not env.with_user(pia.id).has_group("base.group_system")


def test_an_employee_is_no_portal_user(env: Env) -> None:
    pia = make(env)
    with pytest.raises(ValidationError, match="employee, portal or public"):
        pia.write({"groups_id": [(4, env.ref("base.group_portal").id)]})


def test_the_current_company_is_one_of_the_users_companies(env: Env) -> None:
    pia = make(env)
    other = env["res.company"].create({"name": "Other"})
    with pytest.raises(ValidationError, match="current company"):
        pia.write({"company_id": other.id})


def test_users_write_their_preferences_and_nothing_else(env: Env) -> None:
    pia = make(env)
    own = env.with_user(pia.id)
    own[User].save_preferences({"lang": "es_ES", "tz": "Europe/Madrid"})
    assert own[User].context_get() == {"lang": "es_ES", "tz": "Europe/Madrid", "uid": pia.id}
    with pytest.raises(AccessError):
        own[User].save_preferences({"groups_id": [(4, env.ref("base.group_system").id)]})
    with pytest.raises(AccessError):
        own[User].browse(pia.id).write({"groups_id": [(4, env.ref("base.group_system").id)]})


def test_nobody_deactivates_themselves_or_the_superuser(env: Env) -> None:
    admin = env.with_user(env.ref("base.user_admin").id)
    with pytest.raises(UserError):
        admin[User].browse(admin.uid).write({"active": False})
    with pytest.raises(UserError):
        env.ref("base.user_root").write({"login": "root"})


def test_users_are_found_by_login(env: Env) -> None:
    pia = make(env, login="pia77")
    assert [one for one, _ in env[User].name_search("pia77")] == [pia.id]


def test_a_key_is_made_in_two_steps_and_taken_back(env: Env) -> None:
    pia = make(env)
    own = env.with_user(pia.id)
    action = own[ApiKeyDescription].create({"name": "script"}).make_key()
    assert action["res_model"] == "res.users.apikeys.show"
    assert len(action["context"]["default_key"]) > 30
    key = own[ApiKey].search([])
    assert key.key_prefix == action["context"]["default_key"][:8]
    key.remove()
    assert not own[ApiKey].search([])


def test_a_portal_user_sees_their_own_company_only(env: Env) -> None:
    acme = env[Partner].create({"name": "Acme", "is_company": True})
    person = env[Partner].create({"name": "Cara", "parent_id": acme.id})
    cara = make(env, "cara", partner_id=person.id, groups_id=[(6, 0, [env.ref("base.group_portal").id])])
    seen = env.with_user(cara.id)[Partner].search([])
    assert set(seen.ids) == {acme.id, person.id}
