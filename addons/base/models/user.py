"""Users: who may log in, with which groups and companies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

from addons.base.models import company, group, partner, user_apikey, user_session
from core import Domain, Model, api, fields
from core.errors import AccessDenied, AccessError, MissingError, UserError, ValidationError
from core.security import rights
from core.security.authenticate import proven
from core.security.passwords import check_length, hash_password, new_credential_version

PREFERENCES = frozenset(
    {"name", "email", "lang", "tz", "signature", "image", "action_id", "company_id", "phone", "mobile"}
)


class User(Model):
    """A person or program that logs in. Name, address and picture are those of its partner."""

    _name = "res.users"
    _description = "User"
    _order = "name, login"
    _inherits = {"res.partner": "partner_id"}

    partner_id = fields.Many2one(lambda: partner.Partner, "Partner", required=True, ondelete="restrict", delegate=True)
    login = fields.Char(
        "Login", required=True, index=True, help="What the user types to log in, often an e-mail address."
    )
    password = fields.Char("Password", copy=False, help="Empty when read. Set it to change the password.")
    password_hash = fields.Char("Password Hash", groups=".", copy=False, readonly=True)
    credential_version = fields.Integer("Credential Version", groups=".", copy=False, readonly=True)
    active = fields.Boolean("Active", default=True)
    signature = fields.Html("Signature")
    action_id = fields.Reference(
        "Home Action",
        ["ir.actions.act_window", "ir.actions.client", "ir.actions.act_url"],
        help="What opens after login; empty for the first menu.",
    )
    groups_id = fields.Many2many(
        lambda: group.Group,
        "Groups",
        relation="res_groups_users_rel",
        column1="uid",
        column2="gid",
        groups="base.group_erp_manager",
    )
    company_id = fields.Many2one(
        lambda: company.Company, "Current Company", required=True, ondelete="restrict", help="Where new records belong."
    )
    company_ids = fields.Many2many(
        lambda: company.Company, "Companies", relation="res_company_users_rel", column1="user_id", column2="cid"
    )
    login_date = fields.Datetime("Latest Login", readonly=True, copy=False, groups="base.group_erp_manager")
    session_ids = fields.One2many(lambda: user_session.UserSession, "user_id", "Sessions", copy=False)
    api_key_ids = fields.One2many(lambda: user_apikey.ApiKey, "user_id", "API Keys", copy=False)
    share = fields.Boolean(
        "External User", readonly=True, help="A customer or the public, without access to the office."
    )

    _unique_login = fields.Unique("login", message="Another user logs in with this name already.")

    @password.compute(store=False)
    def _compute_password(self) -> None:
        for user in self:
            user.password = ""

    @password.inverse
    def _inverse_password(self) -> None:
        for user in self:
            if user.password:
                user._set_password(user.password)

    @share.compute("groups_id", store=False)
    def _compute_share(self) -> None:
        internal = self.env.ref("base.group_user")
        for user in self:
            if self.env.field_open(User.groups_id):
                user.share = internal not in user.groups_id.implied_closure()
            else:
                user.share = internal.id not in rights.groups_of(self.env, user.id)

    @credential_version.default_from
    def _default_credential_version(self) -> int:
        return new_credential_version()

    @groups_id.default_from
    def _default_groups_id(self) -> Any:
        return self.env.ref("base.group_user")

    @company_id.default_from
    def _default_company_id(self) -> Any:
        return self.env.company

    @company_ids.default_from
    def _default_company_ids(self) -> Any:
        return self.env.company

    @api.constrains("company_id", "company_ids")
    def _check_company(self) -> None:
        for user in self:
            if user.company_id not in user.company_ids:
                raise ValidationError(
                    "{company} is the current company of {login}, so it must be one of the user's companies.",
                    fields=["company_id", "company_ids"],
                    company=user.company_id.name,
                    login=user.login,
                )

    @api.constrains("groups_id")
    def _check_kind(self) -> None:
        kinds = [self.env.ref(f"base.group_{kind}") for kind in ("user", "portal", "public")]
        for user in self:
            held = user.groups_id.implied_closure()
            found = [kind.full_name for kind in kinds if kind in held]
            if len(found) > 1:
                raise ValidationError(
                    "A user is one of employee, portal or public, not several: {login} would be {kinds}.",
                    fields=["groups_id"],
                    login=user.login,
                    kinds=found,
                )

    @api.exported
    def context_get(self) -> dict[str, Any]:
        """Language and time zone of the calling user, as clients put them into the context of their calls."""
        user = self.env.user
        return {"lang": user.partner_id.lang or "en_US", "tz": user.partner_id.tz or False, "uid": self.env.uid}

    @api.exported
    def has_group(self, *arguments: Any) -> bool:
        """Whether the user (the calling one, where none is given) belongs to the group of this external id."""
        group_id = str(arguments[-1]) if arguments else ""
        user = self if self else self.env.user
        wanted = self.env.ref(group_id, raise_missing=False)
        if wanted._name != "res.groups":
            raise MissingError("There is no group with the external id {xmlid}.", xmlid=group_id)
        return wanted.id in rights.groups_of(self.env, user.id)

    @api.exported
    def change_password(self, old_password: str, new_password: str) -> bool:
        """Change one's own password. Raises AccessDenied where the old one is wrong, and Throttled after some tries."""
        if not proven(self.env, self.env.uid, old_password):
            raise AccessDenied()
        self.browse([self.env.uid])._set_password(new_password)
        return True

    @api.action
    def action_log_out_everywhere(self) -> None:
        """End every session of these users; their API keys go on working."""
        for user in self:
            if user.id != self.env.uid and not self.env.has_group("base.group_erp_manager"):
                raise AccessError("You may end your own sessions only.", model="res.users", operation="write")
        with self.env.elevated("users end sessions", user_session.UserSession) as su_env:
            su_env[user_session.UserSession].search([("user_id", "in", self.ids)]).unlink()

    @api.exported
    def save_preferences(self, values: Mapping[str, Any]) -> bool:
        """Write the calling user's own language, time zone, signature, picture, name and address."""
        refused = sorted(values.keys() - PREFERENCES)
        if refused:
            raise AccessError(
                "{names} are not preferences: ask an administrator.",
                model="res.users",
                operation="write",
                names=refused,
            )
        if "company_id" in values and values["company_id"] not in self.env.user.company_ids.ids:
            raise AccessError("You do not work for this company.", model="res.users", operation="write")
        with self.env.elevated("users change their own preferences", User, partner.Partner) as su_env:
            return su_env[User].browse([self.env.uid]).write(values)

    def create(self, values: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> Self:
        """A new user's partner is not a customer unless told otherwise, and has the login as e-mail where it is one."""
        rows = []
        for row in [values] if isinstance(values, Mapping) else values:
            made = {"customer": False, **row} if not row.get("partner_id") else dict(row)
            if row.get("company_id") and not row.get("company_ids"):
                made["company_ids"] = [(6, 0, [row["company_id"]])]
            if "@" in str(row.get("login", "")) and not row.get("email") and not row.get("partner_id"):
                made["email"] = row["login"]
            rows.append(made)
        return super().create(rows)

    def write(self, values: Mapping[str, Any]) -> bool:
        """The superuser stays as it is, and a user whose rights end loses the sessions at once."""
        root = self.env.registry.superuser_id
        if root in self.ids and {"active", "login", "password"} & values.keys():
            raise UserError("The superuser belongs to the system: it never logs in and cannot be changed.")
        if values.get("active") is False and self.env.uid in self.ids:
            raise UserError("You cannot deactivate yourself.")
        # An addon that gives the administrator its groups must not log out whoever installs it.
        regrouped = "groups_id" in values and not self.env.context.get("install_mode")
        if regrouped or {"active", "login"} & values.keys():
            with self.env.elevated("end what was opened with older rights", User) as su_env:
                super(User, self.with_env(su_env)).write({"credential_version": new_credential_version()})
        done = super().write(values)
        if values.get("active") is False:
            self.session_ids.unlink()
        return done

    def unlink(self) -> bool:
        """The superuser stays: everything that Grial does by itself, it does in its name."""
        if self.env.registry.superuser_id in self.ids:
            raise UserError("The superuser cannot be deleted.")
        return super().unlink()

    def copy(self, default: Mapping[str, Any] | None = None) -> Self:
        """A copy has its own partner and a login of its own."""
        values = {
            "login": self.env._("{login} (copy)", login=self.login),
            "name": self.env._("{name} (copy)", name=self.partner_id.name),
            **(default or {}),
        }
        return super().copy(values)

    def _name_domain(self, operator: str, text: str) -> Domain:
        """Users are looked up by login as well as by name."""
        return Domain.parse(["|", ("login", "=", text), ("name", operator, text)])

    def _set_password(self, password: object) -> None:
        """Store the hash; sessions other than the writer's own end with the old password."""
        self.ensure_one()
        check_length(password)
        values = {"password_hash": hash_password(password), "credential_version": new_credential_version()}
        with self.env.elevated("store a password", User, user_session.UserSession) as su_env:
            user = self.with_env(su_env)
            user.write(values)
            user.session_ids.unlink()
