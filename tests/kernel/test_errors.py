"""Errors: English templates that an edge can translate, with the values and codes that clients read."""

import pickle

import core
from core import errors
from core.errors import AccessError, ConflictError, DataFileError, UnknownName, UserError, ValidationError, fill

SPANISH = {
    "Say how you resolved {claim}.": "Di cómo resolviste {claim}.",
    "{claim} cannot be saved: {reason}": "No se puede guardar {claim}: {reason}",
    "There is no field {name}.": "No existe el campo {name}.",
    "Did you mean {suggestion}?": "¿Quisiste decir {suggestion}?",
}


def translate(text: str) -> str:
    return SPANISH.get(text, text)


def test_the_text_is_filled_in_english_and_in_the_language_of_the_reader() -> None:
    error = UserError("Say how you resolved {claim}.", claim="C/7")
    assert str(error) == "Say how you resolved C/7."
    assert error.translated(translate) == "Di cómo resolviste C/7."


def test_an_error_inside_an_error_is_translated_too() -> None:
    error = UserError(
        "{claim} cannot be saved: {reason}", claim="C/7", reason=UserError("Say how you resolved {claim}.", claim=7)
    )
    assert error.translated(translate) == "No se puede guardar C/7: Di cómo resolviste 7."


def test_only_plain_names_are_filled() -> None:
    assert fill("{a} {b} {a.real} {a[0]} {a!r} {} {{a}} {", {"a": 1}) == "1 {b} {a.real} {a[0]} {a!r} {} {1} {"
    assert fill("{a}", {"a": "{b}", "b": 2}) == "{b}"
    assert fill("{many} {some}", {"many": ["x", 2], "some": {"b", "a"}}) == "x, 2 a, b"


def test_an_unknown_name_suggests_the_nearest() -> None:
    error = UnknownName("There is no field {name}.", name="partnr_id", known=["name", "partner_id"])
    assert str(error) == "There is no field partnr_id. Did you mean partner_id?"
    assert error.translated(translate) == "No existe el campo partnr_id. ¿Quisiste decir partner_id?"
    assert str(UnknownName("There is no field {name}.", name="zzz", known=["name"])) == "There is no field zzz."


def test_a_data_file_error_says_where() -> None:
    assert str(DataFileError("Unknown tag {tag}.", file="a.xml", line=3, tag="x")) == "a.xml:3: Unknown tag x."
    assert str(DataFileError("Empty.", file="a.xml")) == "a.xml: Empty."
    assert str(DataFileError("Empty.")) == "Empty."


def test_what_a_form_and_a_client_read() -> None:
    assert ValidationError("No.", fields=["name"]).fields == ("name",)
    assert ConflictError("No.", conflicts={"name": ("a", "b")}).conflicts == {"name": ("a", "b")}
    refused = AccessError(
        "You may not {operation} {model}; ask {groups}.", model="m", operation="write", groups=["g", "h"]
    )
    assert str(refused) == "You may not write m; ask g, h."
    codes = {
        name: getattr(errors, name).code
        for name in ("UserError", "ValidationError", "AccessDenied", "AccessError", "Busy")
    }
    assert codes == {"UserError": 2, "ValidationError": 2, "AccessDenied": 3, "AccessError": 4, "Busy": 1}


def test_errors_travel_between_processes() -> None:
    for error in (
        UserError("a {b}", b=1),
        UnknownName("x {name}", name="ab", known=["abc"]),
        AccessError("{model}", model="m"),
    ):
        copy = pickle.loads(pickle.dumps(error))  # noqa: S301  # made a moment ago
        assert str(copy) == str(error)
        assert copy.values == error.values


def test_public_names_are_loaded_lazily() -> None:
    assert core.hookspec.__module__ == "core.kernel.hooks"
    assert core.errors is errors
    assert {"Model", "Env", "fields"} <= set(dir(core))
    assert not hasattr(core, "nothing")
