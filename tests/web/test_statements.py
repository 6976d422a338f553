"""How many statements a request takes: as many for many records as for few."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from core.testing.clients import WebClient
from core.testing.records import Database
from core.testing.users import new_user

pytestmark = pytest.mark.addons("crm")
FIELDS = ["name", "email", "phone", "city", "country_id", "user_id", "credit_limit"]


@pytest.fixture
def partners(database: Database) -> list[int]:
    """A company with twelve contacts, each with a country, a salesperson and a tag of its own."""
    with database.transaction() as env:
        countries = env["res.country"].search([], limit=12).ids
        tags = env["res.partner.category"].create([{"name": f"Tag {i}"} for i in range(12)]).ids
        users = [env["res.users"].create({"name": f"User {i}", "login": f"user{i}"}).id for i in range(12)]
        company = env["res.partner"].create({"name": "Company", "is_company": True}).id
        rows = [
            {
                "name": f"Contact {i:02}", "parent_id": company, "country_id": countries[i], "user_id": users[i],
                "category_id": [(6, 0, [tags[i]])], "ref": "counted",
            }
            for i in range(12)
        ]  # fmt: skip
        return [company, *env["res.partner"].create(rows).ids]


@pytest.fixture
def counted(client: WebClient) -> Callable[[Callable[[], Any]], int]:
    """`counted(work)`: how many statements a request takes, once what is worked out for all has been."""
    engine = client.app.registries.get(client.database).engine

    @contextmanager
    def counting() -> Iterator[list[str]]:
        seen: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            seen.append(statement)

        sa.event.listen(engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            sa.event.remove(engine, "before_cursor_execute", note)

    def count(work: Callable[[], Any]) -> int:
        work()
        with counting() as seen:
            work()
        return len([text for text in seen if not text.startswith(("BEGIN", "COMMIT", "ROLLBACK"))])

    return count


def test_a_list_takes_the_same_number_of_statements_for_all_its_rows(
    client: WebClient, partners: list[int], counted: Callable[[Callable[[], Any]], int]
) -> None:
    def shown(limit: int) -> Callable[[], Any]:
        def work() -> None:
            answer = client.get(f"/web/res.partner?cond=ref|%3D|counted&limit={limit}")
            assert answer.text.count('class="row-link"') == limit

        return work

    few, many = counted(shown(2)), counted(shown(12))
    assert many == few
    assert many <= 14


def test_a_form_takes_the_same_number_of_statements_for_all_its_lines(
    client: WebClient, database: Database, partners: list[int], counted: Callable[[Callable[[], Any]], int]
) -> None:
    def shown() -> None:
        assert client.get(f"/web/res.partner/{partners[0]}").status_code == 200

    many = counted(shown)
    with database.transaction() as env:
        env["res.partner"].browse(partners[3:]).write({"parent_id": False})
    assert counted(shown) == many
    assert many <= 22


def test_a_read_over_json_takes_the_same_number_of_statements_for_all_records(
    client: WebClient, partners: list[int], counted: Callable[[Callable[[], Any]], int]
) -> None:
    few = counted(lambda: client.call("res.partner", "read", partners[1:3], FIELDS))
    many = counted(lambda: client.call("res.partner", "read", partners, FIELDS))
    assert many == few
    # The version of the registry, the session, the partners, the countries, the users and what they are called.
    assert many == 6


def test_a_tag_that_a_rule_hides_is_not_in_the_list(client: WebClient, database: Database, partners: list[int]) -> None:
    with database.transaction() as env:
        tags = env["res.partner.category"].search([("name", "in", ["Tag 0", "Tag 1"])], order="name")
        tags[0].color = 7
        env["ir.rule"].create(
            {
                "name": "no second tag",
                "model_id": env["ir.model"].search([("model", "=", "res.partner.category")]).id,
                "domain_force": "[('name', '!=', 'Tag 1')]",
            }
        )
        new_user(env, ["crm.group_sale_salesman"], {"name": "Ana", "login": "ana"})
    client.log_in("ana")
    text = client.get("/web/res.partner?cond=ref|%3D|counted").text
    assert '<span class="tag hue-7"><span class="clip">Tag 0</span></span>' in text
    assert "Tag 2</span>" in text
    assert "Tag 1</span>" not in text
