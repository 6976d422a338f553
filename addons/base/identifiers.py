"""Numbers that people and companies are known by: tax IDs and telephone numbers, checked offline."""

from __future__ import annotations

import re

from stdnum import get_cc_module
from stdnum.exceptions import ValidationError as StdnumError

_SEPARATORS = re.compile(r"[\s.\-/_]")


def compact_vat(vat: str) -> str:
    """The tax ID in capitals, without spaces, dots and dashes."""
    return _SEPARATORS.sub("", vat).upper()


def checked_vat(vat: str, region: str) -> bool:
    """Whether the tax ID is right.

    The letters in front name the country; without them `region` (a country code) does. Where neither country is one
    whose rules are known, every ID is right.
    """
    number = compact_vat(vat)
    prefix = number[:2].replace("EL", "GR")
    for country, digits in ((prefix, number[2:]), (region.upper(), number)):
        rules = get_cc_module(country.lower(), "vat") if re.fullmatch("[A-Z]{2}", country) else None
        if rules is None:
            continue
        try:
            rules.validate(digits)
        except StdnumError:
            if country == prefix and region.upper() not in ("", prefix):
                continue
            return False
        return True
    return get_cc_module(region.lower(), "vat") is None if region else True


def formatted_phone(number: str, region: str) -> str:
    """The number in its international form, or as it was where it cannot be read."""
    import phonenumbers  # late, so that a server starts quickly

    try:
        parsed = phonenumbers.parse(number, region or None)
    except phonenumbers.NumberParseException:
        return number
    if not phonenumbers.is_possible_number(parsed):
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def phone_problem(number: str, region: str) -> bool:
    """Whether no telephone can have this number. Without a country or a `+` nothing can be said against it."""
    if not region and not number.strip().startswith("+"):
        return False
    import phonenumbers  # late, so that a server starts quickly

    try:
        return not phonenumbers.is_possible_number(phonenumbers.parse(number, region or None))
    except phonenumbers.NumberParseException:
        return True
