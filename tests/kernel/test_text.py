"""Folding: the same accent- and case-blind form in Python and in SQL."""

from hypothesis import given
from hypothesis import strategies as st

from core.kernel.text import FOLD_FROM, FOLD_TO, fold


def test_accents_and_case_are_ignored() -> None:
    assert fold("Ávila ÑANDÚ Çà Ü ŁÓDŹ Øster Straße Șerban") == "avila nandu ca u lodz oster strase serban"
    assert fold("ΟΔΥΣΣΕΎΣ") == fold("οδυσσευς")
    assert fold("ЁЛКА") == fold("елка")


def test_decomposed_letters_fold_like_composed_ones() -> None:
    assert fold("A\u0301vila n\u0303") == "avila n"


def test_the_sql_strings_fit_each_other() -> None:
    assert len(FOLD_FROM) == len(FOLD_TO) == len(set(FOLD_FROM))
    assert not set(FOLD_FROM) & set(FOLD_TO)
    assert all(fold(letter) == letter for letter in FOLD_TO)
    assert all(fold(letter.upper()) == fold(letter) for letter in FOLD_FROM if len(letter.upper()) == 1)


@given(st.text(alphabet=st.characters(max_codepoint=0x24F)))
def test_folding_twice_changes_nothing_and_keeps_the_length(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert len(fold(text)) == len(text)
