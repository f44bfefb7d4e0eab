"""Amounts have as many decimals as Stripe says, and are written as the reader's language does."""

from decimal import Decimal

import pytest
from django.utils import translation

from stripe_django.money import format_money, to_decimal

CASES = [
    ("usd", 109_900, "$1,099.00", Decimal("1099.00")),
    ("eur", 1, "€0.01", Decimal("0.01")),
    ("eur", -123_456_789, "-€1,234,567.89", Decimal("-1234567.89")),
    ("jpy", 500, "¥500", Decimal(500)),
    ("krw", 12_000, "₩12,000", Decimal(12000)),
    ("kwd", 5_120, "KWD\xa05.120", Decimal("5.120")),
    ("bhd", 1, "BHD\xa00.001", Decimal("0.001")),
    # Whole in life, with two decimals at Stripe; amounts of the time before may have a fraction.
    ("isk", 500, "ISK\xa05", Decimal(5)),
    ("isk", 4_010, "ISK\xa040.10", Decimal("40.10")),
    ("ugx", 500, "UGX\xa05", Decimal(5)),
    ("huf", 1_045, "HUF\xa010.45", Decimal("10.45")),
    # ISO 4217 has two decimals here, and Babel none for the next: Stripe's rule counts.
    ("mga", 700, "MGA\xa0700", Decimal(700)),
    ("cop", 12_345, "COP\xa0123.45", Decimal("123.45")),
    ("iqd", 100, "IQD\xa01.00", Decimal(1)),
    ("xyz", 1_234, "1,234 XYZ", None),
    ("usdc", 1_234, "1,234 USDC", None),
]


@pytest.mark.parametrize(("currency", "amount", "shown", "exactly"), CASES)
def test_an_amount(currency, amount, shown, exactly):
    assert format_money(amount, currency) == shown
    assert format_money(amount, currency.upper()) == shown
    assert to_decimal(amount, currency) == exactly


def test_an_amount_of_more_digits_than_a_float_has():
    assert format_money(2**63 - 1, "usd") == "$92,233,720,368,547,758.07"


def test_a_fraction_of_the_smallest_unit_has_decimals_of_its_own():
    assert format_money(Decimal("0.5"), "usd") == "$0.005"
    assert format_money(Decimal("1200.000000"), "usd") == "$12.00"
    assert format_money(Decimal("0.25"), "jpy") == "¥0.25"


def test_without_a_currency_the_number_stays():
    assert format_money(1234, None) == "1,234"
    assert format_money(0, "") == "0"


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("de", "1.234,50\xa0€"),
        ("fr-ca", "1\xa0234,50\xa0€"),
        ("ar", "\u200f1,234.50\xa0€"),
        ("zh-hans", "€1,234.50"),
        ("tlh", "€1,234.50"),
    ],
)
def test_the_language_decides_how_it_is_written(language, shown):
    with translation.override(language):
        assert format_money(123_450, "eur") == shown
