"""Messages follow the active language, and every language has all of them."""

import json
from io import StringIO

import pytest
from babel.messages.catalog import Catalog, Message
from django.conf import settings as django_settings
from django.core.checks import run_checks
from django.core.management import CommandError, call_command, load_command_class
from django.utils.translation import get_language, override

from stripe_django.exceptions import MissingKeyError
from stripe_django.health.amounts import duration
from stripe_django.models import Charge, InboxEvent, Invoice, MirroredAccount, labels
from stripe_django.money import format_money
from stripe_django.sync.erasure import accounts
from tools.messages import catalogs
from tools.messages.extraction import add, template

from .rows import row

TEMPLATE = template()
ON_SQLITE = pytest.mark.skipif(django_settings.DATABASE != "sqlite", reason="same on any database")


@ON_SQLITE
@pytest.mark.parametrize("language", catalogs.LANGUAGES)
def test_every_message_is_translated_and_compiled(language):
    assert list(catalogs.problems(language, TEMPLATE)) == []


@ON_SQLITE
@pytest.mark.parametrize(
    ("id", "string", "problem"),
    [
        ("Show", "", "not translated"),
        ("%(count)s rows", "%(count)s Zeilen", ""),
        ("%(count)s rows", "%(counts)s Zeilen", "other placeholders"),
        ("%(count)s rows", "Zeilen", "other placeholders"),
        ("95 %% of %(count)s", "95 % von %(count)s", "other placeholders"),
        ("%s rows", "%d Zeilen", "other placeholders"),
        (" and ", "und", "other blanks at its ends"),
        (("%(n)s row", "%(n)s rows"), ("%(n)s Zeile", ""), "not translated"),
        (("one row", "%(n)s rows"), ("eine Zeile", "%(n)s Zeilen"), ""),
    ],
)
def test_a_wrong_translation_is_found(id, string, problem):
    assert catalogs.problem_of(Message(id, string)) == problem


@ON_SQLITE
def test_a_fuzzy_translation_is_found():
    assert catalogs.problem_of(Message("Show", "Zeigen", flags=["fuzzy"])) == "fuzzy"


@ON_SQLITE
def test_one_text_with_two_plurals_is_an_error():
    """A catalog has one translation of it, whose placeholders would fit one of them."""
    catalog = Catalog()
    add(catalog, ("per day", "every %d days"), None)
    add(catalog, ("per day", "every %d days"), None)
    add(catalog, "per day", "field")
    with pytest.raises(ValueError, match="two plurals"):
        add(catalog, ("per day", "every %(count)d days"), None)
    with pytest.raises(ValueError, match="two plurals"):
        add(catalog, "per day", None)


@ON_SQLITE
def test_names_that_django_derives_are_messages():
    found = {(message.context, message.id) for message in TEMPLATE}
    assert {("model", "payment intent"), ("model", "capabilities")} <= found
    assert ("field", "amount refunded") in found


@pytest.mark.parametrize(
    ("language", "name", "plural", "label"),
    [
        ("de", "Rechnung", "Rechnungen", "fälliger Betrag"),
        ("fr", "facture", "factures", "montant dû"),
        ("es", "factura", "facturas", "importe adeudado"),
        ("ja", "請求書", "請求書", "請求額"),
        ("en", "invoice", "invoices", "amount due"),
        ("it", "invoice", "invoices", "amount due"),  # not translated
    ],
)
def test_models_and_fields_have_names_in_the_active_language(language, name, plural, label):
    with override(language):
        assert str(Invoice._meta.verbose_name) == name
        assert str(Invoice._meta.verbose_name_plural) == plural
        assert str(Invoice._meta.get_field("amount_due").verbose_name) == label
        assert Invoice._meta.verbose_name_raw == "invoice"


def test_names_stay_english_inside_if_models_are_loaded_again():
    with override("de"):
        labels.translate([Invoice])
        assert str(Invoice._meta.verbose_name_plural) == "Rechnungen"
    assert str(Invoice._meta.verbose_name_plural) == "invoices"


def test_choices_of_own_models_are_translated_and_those_of_stripe_are_not():
    with override("de"):
        assert InboxEvent.Status.FAILED.label == "Fehlgeschlagen"
        assert Charge.Status.FAILED.label == "Failed"


def test_an_exception_explains_itself_in_the_active_language():
    with override("fr"):
        assert str(MissingKeyError()).startswith("Aucune clé secrète Stripe n’est configurée")
    assert str(MissingKeyError()).startswith("No Stripe secret key is configured")


def test_an_error_of_a_command_is_in_the_language_of_the_project(settings, db):
    settings.LANGUAGE_CODE = "fr"
    assert get_language() == "fr"
    with pytest.raises(CommandError, match=r"^Stripe n’a pas de liste de chargee : vouliez-vous"):
        call_command("stripe_sync", "chargee")
    with pytest.raises(CommandError, match=r"^Il n’y a pas de compte 'acct_none'"):
        call_command("stripe_accounts", "pause", "acct_none")


def parsers(parser):
    yield parser
    for action in parser._actions:
        for each in (action.choices or {}) if isinstance(action.choices, dict) else ():
            yield from parsers(action.choices[each])


COMMANDS = """
    accounts audit events export import_djstripe link privacy prune reconcile statistics status sync
    verify webhook
""".split()


@ON_SQLITE
@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("language", ["en", *catalogs.LANGUAGES])
def test_the_help_of_every_command_can_be_shown(name, language):
    """Percent signs count: argparse formats the help texts once more."""
    with override(language):
        command = load_command_class("stripe_django", f"stripe_{name}")
        parser = command.create_parser("manage.py", f"stripe_{name}")
        shown = "".join(each.format_help() for each in parsers(parser))
    assert "%%" not in shown


@ON_SQLITE
def test_the_help_is_in_the_language_of_the_project(settings):
    settings.LANGUAGE_CODE = "de"
    command = load_command_class("stripe_django", "stripe_verify")
    shown = " ".join(command.create_parser("manage.py", "stripe_verify").format_help().split())
    assert "Vergleicht den Spiegel mit Stripe" in shown
    assert "mit 95 % Sicherheit" in shown


def test_a_system_check_is_in_the_language_of_the_project(settings):
    settings.LANGUAGE_CODE = "es"
    settings.STRIPE_DJANGO = {"API_KEY": "pk_test_not_a_real_key"}
    [found] = [each for each in run_checks() if each.id == "stripe_django.E006"]
    assert found.msg == "La clave de Stripe es publicable y no puede leer nada."


def test_what_programs_read_is_the_same_in_every_language(db):
    row(Charge, "ch_other", stripe_account="acct_other")
    with override("de"):
        assert accounts.count("acct_other") == {"charge": 1}
        out = StringIO()
        call_command("stripe_accounts", "list", "--json", stdout=out)
    assert {"account", "state", "error"} <= json.loads(out.getvalue())[0].keys()


def test_numbers_and_durations_are_formatted_for_the_language(db):
    with override("de"):
        assert duration(7_200) == "2 Stunden"
        assert format_money(374772, "eur") == "3.747,72\xa0€"
        out = StringIO()
        MirroredAccount.objects.create(stripe_account="acct_other")
        call_command("stripe_accounts", "erase", "acct_other", "--dry-run", stdout=out)
    assert out.getvalue() == "0 Zeilen würden gelöscht.\n"
