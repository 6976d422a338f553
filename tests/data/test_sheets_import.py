"""Rows become records: mapping, links by name, tags, refusals, updates by key, rights, and nothing after a dry run."""

from decimal import Decimal

import pytest

from core.data.sheets.importing import Import
from core.data.sheets.mapping import from_choices, propose
from core.data.sheets.outcome import Cancelled
from core.data.sheets.reader import read_sheet
from core.data.sheets.undo import undo
from core.errors import AccessError, UnknownName, UserError

pytestmark = pytest.mark.addons("crm")

ENGLISH = ["Company Name", "Contact Name", "Function", "City", "Country", "Website", "Tags", "Employees", "Description"]
SPANISH = ["Empresa", "Contacto", "Cargo", "Ciudad", "País", "Sitio web", "Etiquetas", "Empleados", "Descripción"]
FIELDS = [
    ("name", "partner_name"),
    *[(n,) for n in ("contact_name", "function", "city", "country_id", "website", "categ_ids", "company_size")],
    ("description",),
]


def sheet_of(text, name="prospects.csv"):
    return read_sheet(text.encode(), name)


def importing(env, text, *choices, model="crm.lead", **options):
    """An import of this text with the proposed columns, or those of the choices."""
    sheet = sheet_of(text)
    return Import(env, model, sheet, from_choices(env, model, sheet.header, choices), **options)


def leads(env, *names):
    return env["crm.lead"].with_context(active_test=False).search([("name", "in", list(names))], order="id")


@pytest.fixture
def spanish(as_user):
    """The administrator, reading Spanish."""
    return as_user("admin", lang="es_ES")


@pytest.mark.parametrize("header", [ENGLISH, SPANISH])
def test_titles_in_english_and_spanish_find_their_fields(spanish, header):
    assert propose(spanish, "crm.lead", header) == dict(enumerate(FIELDS))


def test_titles_in_spanish_are_known_to_a_reader_of_english_too(env, spanish):
    assert propose(env, "crm.lead", SPANISH) == dict(enumerate(FIELDS))


def test_technical_names_and_other_spellings_are_titles(env):
    found = propose(env, "crm.lead", ["partner_name", "COUNTRY", "e-mail", "nothing of the kind"])
    assert found[1] == ("country_id",)
    assert found[0] == ("name", "partner_name")
    assert 3 not in found


def test_choices_replace_the_proposal(env):
    header = ("Company Name", "City", "Tags")
    found = from_choices(env, "crm.lead", header, ["City=street", "City=description", "Tags="])
    assert found == {0: ("name", "partner_name"), 1: ("street", "description")}
    found = from_choices(env, "crm.lead", header, ["City=partner_name"])
    assert found[0] == ("name",)


@pytest.mark.parametrize(
    ("choice", "error", "said"),
    [("City", UserError, "City is not"), ("Town=city", UnknownName, "Town"), ("City=cty", UnknownName, "cty")],
)
def test_a_wrong_choice_is_named(env, choice, error, said):
    with pytest.raises(error, match=said):
        from_choices(env, "crm.lead", ("Company Name", "City"), [choice])


def test_one_column_feeds_several_fields(env):
    importing(env, "Company Name,City\nOak Ltd,Lugo\n").run()
    lead = leads(env, "Oak Ltd")
    assert (lead.name, lead.partner_name, lead.city) == ("Oak Ltd", "Oak Ltd", "Lugo")


def test_countries_are_found_in_either_language_and_by_code_without_accents_or_case(spanish):
    text = "Company Name,Country\nA1,Germany\nA2,Alemania\nA3,DE\nA4,ALEMANIA\nA5,españa\nA6,Espana\n"
    outcome = importing(spanish, text).run()
    assert not outcome.refused
    codes = [lead.country_id.code for lead in leads(spanish, "A1", "A2", "A3", "A4", "A5", "A6")]
    assert [code.upper() for code in codes] == ["DE", "DE", "DE", "DE", "ES", "ES"]


def test_a_name_that_fits_two_records_refuses_the_row(env):
    env["crm.case.channel"].create([{"name": "Twice"}, {"name": "TWICE"}])
    outcome = importing(env, "Company Name,Channel\nA,Twice\n").run()
    assert "more than one" in outcome.refused[0].reason


ATLANTIS = "Company Name,Country,Channel\nA,Atlantis,\nB,Spain,Pigeon\nC,Spain,\n"


def test_unknown_names_refuse_their_rows_unless_told_otherwise(env):
    outcome = importing(env, ATLANTIS).run()
    assert [(r.line, r.column) for r in outcome.refused] == [(2, "Country"), (3, "Channel")]
    assert "Atlantis" in outcome.refused[0].reason
    assert len(outcome.created) == 1


def test_unknown_names_are_left_empty(env):
    outcome = importing(env, ATLANTIS, missing={"country_id": "empty", "channel_id": "empty"}).run()
    assert not outcome.refused
    assert [(u.name, u.values, u.lines) for u in outcome.unknown] == [
        ("country_id", {"Atlantis": 1}, {2}),
        ("channel_id", {"Pigeon": 1}, {3}),
    ]
    assert not leads(env, "A").country_id
    assert leads(env, "B").country_id.code.upper() == "ES"


def test_unknown_names_are_created(env):
    outcome = importing(env, ATLANTIS, missing={"country_id": "empty", "channel_id": "create"}).run()
    assert leads(env, "B").channel_id.name == "Pigeon"
    assert outcome.made == {"crm.case.channel": leads(env, "B").channel_id.ids}


def test_a_choice_that_does_not_exist_is_refused(env):
    with pytest.raises(UnknownName, match="guess"):
        importing(env, ATLANTIS, missing={"country_id": "guess"}).run()


TAGS = 'Company Name,Tags\nA,"Wood, Tree"\nB," tree ,Café,,WOOD"\nC,cafe\n'


def test_tags_are_created_once_whatever_their_spelling(env):
    old = env["crm.case.categ"].create({"name": "wood"})
    outcome = importing(env, TAGS).run()
    made = env["crm.case.categ"].browse(outcome.made["crm.case.categ"])
    assert sorted(name.lower().replace("é", "e") for name in made.mapped("name")) == ["cafe", "tree"]
    assert old in leads(env, "A").categ_ids & leads(env, "B").categ_ids
    assert leads(env, "B").categ_ids == leads(env, "B").categ_ids | made | old
    assert leads(env, "C").categ_ids in leads(env, "B").categ_ids


def test_tags_of_refused_rows_are_not_left_behind(env):
    outcome = importing(env, 'Company Name,Country,Tags\nA,Atlantis,Lost tag\nB,Spain,"Kept tag"\n').run()
    assert [r.line for r in outcome.refused] == [2]
    assert env["crm.case.categ"].search([("name", "in", ["Lost tag", "Kept tag"])]).mapped("name") == ["Kept tag"]
    assert len(outcome.made["crm.case.categ"]) == 1


def test_a_dry_run_tells_the_same_and_keeps_nothing(env):
    counted = ("crm.lead", "crm.case.categ", "crm.case.channel", "ir.import.batch", "ir.import.line")
    before = [env[model].with_context(active_test=False).search_count([]) for model in counted]
    text = 'Company Name,Country,Channel,Tags\nA,Atlantis,,x\nB,Spain,Pigeon,"x, y"\n'
    options = {"missing": {"channel_id": "create"}}
    dry = importing(env, text, **options).run(dry=True)
    assert before == [env[model].with_context(active_test=False).search_count([]) for model in counted]
    real = importing(env, text, **options).run()
    assert dry.dry
    assert dry.batch == 0
    assert real.batch
    for outcome in (dry, real):
        made = {model: len(ids) for model, ids in outcome.made.items()}
        assert (len(outcome.created), made) == (1, {"crm.case.channel": 1, "crm.case.categ": 2})
    assert dry.refused == real.refused


MIXED = (
    "Company Name;Planned Revenue;Expected Closing;No Mailings;Type;Probability (%)\n"
    "Good;1234.50;2026-03-09;yes;Opportunity;20\n"
    "Amount;a lot;;;;\n"
    "Day;1;the other day;;;\n"
    "Truth;1;;perhaps;;\n"
    "Kind;1;;;Nonsense;\n"
    "Chance;1;;;;250\n"
    ";1;;;;\n"
    "Fine;2;;no;lead;0\n"
)


@pytest.mark.case("J22")
def test_bad_rows_are_told_one_by_one_with_line_column_and_reason(env):
    outcome = importing(env, MIXED).run()
    refused = {r.line: (r.column, r.reason) for r in outcome.refused}
    assert sorted(refused) == [3, 4, 5, 6, 7, 8]
    assert [refused[line][0] for line in (3, 4, 5)] == ["Planned Revenue", "Expected Closing", "No Mailings"]
    assert "a lot" in refused[3][1]
    assert "perhaps" in refused[5][1]
    assert refused[6][0] == "Type"
    assert "Nonsense" in refused[6][1]
    assert "between 0 and 100" in refused[7][1]
    assert refused[8][0] == "Company Name"
    good = leads(env, "Good")
    assert (good.type, good.planned_revenue, good.opt_out) == ("opportunity", Decimal("1234.50"), True)
    assert good.date_deadline.isoformat() == "2026-03-09"
    assert set(leads(env, "Good", "Fine").ids) == set(outcome.created)


def test_the_file_of_refused_rows_comes_in_again_once_corrected(env):
    sheet = sheet_of(MIXED)
    job = Import(env, "crm.lead", sheet, propose(env, "crm.lead", sheet.header))
    back = read_sheet(job.run().refused_file(sheet), "refused.csv")
    assert back.header == (*sheet.header, "Refused because")
    assert [row[0] for row in back.rows] == ["Amount", "Day", "Truth", "Kind", "Chance", ""]
    assert all(row[-1] for row in back.rows)
    text = "\n".join(";".join(row[:-1]) for row in (back.header, back.rows[0])).replace("a lot", "900")
    assert len(importing(env, text).run().created) == 1
    assert leads(env, "Amount").planned_revenue == 900


def test_numbers_and_dates_are_read_as_the_reader_writes_them(spanish):
    text = "Empresa;Ingresos previstos;Expected Closing\nPino;1.234,50;09/03/2026\n"
    outcome = importing(spanish, text, "Ingresos previstos=planned_revenue").run()
    assert not outcome.refused
    lead = leads(spanish, "Pino")
    assert lead.planned_revenue == Decimal("1234.50")
    assert lead.date_deadline.isoformat() == "2026-03-09"


FORMULAS = ['=HYPERLINK("http://x.example","a")', "@SUM(A1)", "-cmd", "+cmd", "+34 981 000 111", "-12 degrees"]


@pytest.mark.case("C41")
def test_formulas_are_text_and_harmless_in_the_file_of_refused_rows(env):
    rows = "".join('"{}",Atlantis\n'.format(cell.replace('"', '""')) for cell in FORMULAS)
    sheet = sheet_of("Company Name,Country\n" + rows)
    job = Import(env, "crm.lead", sheet, propose(env, "crm.lead", sheet.header))
    data = job.run().refused_file(sheet)
    assert b"'=HYPERLINK" in data
    assert b"'@SUM" in data
    assert b"'-cmd" in data
    assert b"\n+34" in data
    assert [row[0] for row in read_sheet(data, "refused.csv").rows] == FORMULAS
    columns = propose(env, "crm.lead", sheet.header)
    Import(env, "crm.lead", sheet, columns, missing={"country_id": "empty"}).run()
    assert leads(env, *FORMULAS).mapped("name") == FORMULAS


@pytest.mark.case("C41")
def test_a_title_that_is_a_formula_is_harmless_too(env):
    sheet = sheet_of("Company Name,=1+1,Country\nA,x,Atlantis\n")
    job = Import(env, "crm.lead", sheet, propose(env, "crm.lead", sheet.header))
    assert b"'=1+1" in job.run().refused_file(sheet)


def test_a_key_updates_and_does_not_duplicate(env):
    first = importing(env, "Company Name,City,Tags\nA,Lugo,old\nB,Vigo,\n", key=["name"]).run()
    again = importing(env, "Company Name,City,Tags\nA,Sarria,new\nB,,\nC,Noia,\n", key=["name"]).run()
    assert again.updated == first.created
    assert (again.same, again.spared, again.cleared) == (1, 1, 0)
    assert importing(env, "Company Name,City\nA,Sarria\n", key=["name"]).run().same == 1
    assert len(again.created) == 1
    a, b = leads(env, "A"), leads(env, "B")
    assert (a.city, a.categ_ids.mapped("name")) == ("Sarria", ["new"])
    assert b.city == "Vigo"
    assert leads(env, "A", "B", "C").mapped("name") == ["A", "B", "C"]


def test_archived_records_are_updated_too(env):
    env["crm.lead"].create({"name": "A", "active": False})
    outcome = importing(env, "Company Name,City\nA,Lugo\n", key=["name"]).run()
    assert (len(outcome.created), len(outcome.updated)) == (0, 1)


def test_a_key_of_two_fields_and_of_a_link(env):
    text = "Company Name,Country,City\nA,Spain,Lugo\nA,Germany,Bonn\n"
    assert len(importing(env, text, key=["name", "country_id"]).run().created) == 2
    outcome = importing(env, text.replace("Bonn", "Jena"), key=["name", "country_id"]).run()
    assert (len(outcome.created), len(outcome.updated)) == (0, 2)
    assert [lead.city for lead in leads(env, "A")] == ["Lugo", "Jena"]


def test_duplicate_keys_are_refused(env):
    env["crm.lead"].create([{"name": "Many"}, {"name": "Many"}])
    outcome = importing(env, "Company Name,City\nA,Lugo\nA,Vigo\nMany,Noia\n", key=["name"]).run()
    assert [r.line for r in outcome.refused] == [3, 4]
    assert "line 2" in outcome.refused[0].reason
    assert "2 records" in outcome.refused[1].reason
    assert leads(env, "A").city == "Lugo"


def test_a_key_that_no_column_feeds_is_refused(env):
    with pytest.raises(UnknownName, match="email_from"):
        importing(env, "Company Name\nA\n", key=["email_from"])


def test_a_file_without_a_known_column_is_refused(env):
    with pytest.raises(UserError, match="No column"):
        importing(env, "qqq\nA\n", "qqq=")


@pytest.mark.case("J22")
def test_stopping_at_an_error_names_the_line(env):
    with pytest.raises(UserError, match=r"Line 3: .*Atlantis.*Nothing was imported"), env.savepoint():
        importing(env, "Company Name,Country\nA,Spain\nB,Atlantis\n", stop=True).run()
    assert not leads(env, "A")


def test_more_rows_take_no_more_statements(as_user):
    admin = as_user("admin", lang="es_ES")
    taken = []
    for count in (5, 60):
        rows = "".join(f"R{count}-{n},Spain,t{count}-{n}\n" for n in range(count))
        before = admin.tx.statements
        assert not importing(admin, "Company Name,Country,Tags\n" + rows).run().refused
        taken.append(admin.tx.statements - before)
    assert taken[1] <= taken[0] <= 130


def test_progress_is_told_and_may_cancel(env):
    text = "Company Name\n" + "".join(f"Row {n}\n" for n in range(1200))
    told = []

    def progress(done, total):
        told.append((done, total))
        if done > 500:
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled), env.savepoint():
        importing(env, text).run(progress=progress)
    assert told == [(500, 1200), (1000, 1200)]
    assert not leads(env, "Row 1")


def test_the_rights_of_the_user_count(as_user, env):
    stranger = as_user("base.group_user")
    with pytest.raises(AccessError):
        importing(stranger, "Company Name\nA\n").run()
    assert not leads(env, "A")


def test_a_record_hidden_by_a_rule_is_not_updated(as_user, env):
    other = env["crm.lead"].create({"name": "Hidden", "city": "Lugo", "user_id": 2})
    salesman = as_user("crm.group_sale_salesman")
    importing(salesman, "Company Name,City\nHidden,Vigo\n", key=["name"]).run()
    assert other.city == "Lugo"


def test_defaults_fill_what_the_file_leaves_out_even_with_a_key(env):
    importing(env, "Company Name,Priority,Planned Revenue\nA,,\n", key=["name"]).run()
    assert leads(env, "A").priority == "3"


def test_empty_cells_clear_values_when_that_is_chosen(env):
    importing(env, "Company Name,City,Tags\nA,Lugo,old\nB,Vigo,\n").run()
    text = "Company Name,City,Tags\nA,,\nB,,\nC,,\n"
    dry = importing(env, text, key=["name"], empty="clear").run(dry=True)
    assert (dry.cleared, dry.spared, leads(env, "A").city) == (3, 0, "Lugo")
    done = importing(env, text, key=["name"], empty="clear").run()
    assert (done.cleared, leads(env, "A").city, leads(env, "A").categ_ids.ids) == (3, "", [])
    undo(env, done.batch)
    assert (leads(env, "A").city, leads(env, "A").categ_ids.mapped("name")) == ("Lugo", ["old"])


def test_a_rule_or_a_missing_right_refuses_single_rows(env, as_user):
    seller = as_user("crm.group_sale_salesman")
    other = as_user("crm.group_sale_salesman")
    text = f"Company Name,user_id/.id\nA,{seller.uid}\nB,{other.uid}\nC,{seller.uid}\n"
    for dry in (True, False):
        outcome = importing(seller, text).run(dry=dry)
        assert (len(outcome.created), [row.line for row in outcome.refused]) == (2, [3])
        assert outcome.refused[0].reason
    assert leads(env, "A", "B", "C").mapped("name") == ["A", "C"]


def test_notes_are_proposed_for_the_field_of_remarks(env):
    assert propose(env, "crm.lead", ["Empresa", "Notas"])[1] == ("description",)
