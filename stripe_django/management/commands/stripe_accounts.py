"""``manage.py stripe_accounts list|pause|resume|erase``."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.core.management.base import CommandError
from django.db import router
from django.db.models import ProtectedError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from stripe_django.management.arguments import add_json
from stripe_django.management.base import INTERRUPTED, StripeCommand, add_subcommand, require_tables
from stripe_django.models import MirroredAccount
from stripe_django.sync import home, mirrored_accounts
from stripe_django.sync.database.lock_timeout import patient
from stripe_django.sync.erasure import accounts as erase_account

State = MirroredAccount.State
COLUMNS = (
    gettext_noop("account"),
    gettext_noop("name"),
    gettext_noop("platform"),
    gettext_noop("state"),
    gettext_noop("last sync"),
    gettext_noop("events until"),
    gettext_noop("error"),
)
REPORT_EVERY = 10_000  # rows


class Command(StripeCommand):
    help = gettext_noop(
        "List the accounts that are mirrored, leave some of them alone for a while, and"
        " erase what is stored of one."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(
            dest="what", required=True, metavar="list|pause|resume|erase"
        )
        add = partial(add_subcommand, commands)
        listing = add("list", _("Show each account, its state and how far it was read."))
        listing.add_argument(
            "--state", choices=State.values, help=_("Only the accounts in this state.")
        )
        add_json(listing)
        _named(add("pause", _("Leave accounts alone: --all-accounts skips them.")))
        _named(add("resume", _("Read accounts again that were paused, refused or deauthorized.")))
        erasing = add(
            "erase",
            _(
                "Remove all objects, events and runs of an account from this database, and"
                " pause it. Stripe is not changed."
            ),
        )
        erasing.add_argument(
            "account", metavar="acct_…", help=_("Its id, or its name in ACCOUNTS.")
        )
        erasing.add_argument(
            "--dry-run", action="store_true", help=_("Only count what would be removed.")
        )
        erasing.add_argument(
            "--no-input", action="store_true", help=_("Do not ask whether to go ahead.")
        )

    def handle(self, *args: Any, **options: Any) -> None:
        require_tables()
        using = router.db_for_write(MirroredAccount)
        mine = home.known(using)
        mirrored_accounts.discover(mine.account if mine else "", using)
        self.accounts = mirrored_accounts.rows(using)
        steps: dict[str, Callable[[dict[str, Any]], None]] = {
            "list": self._list,
            "pause": partial(self._set, state=State.PAUSED),
            "resume": partial(self._set, state=State.ACTIVE),
            "erase": self._erase,
        }
        with patient(using):
            steps[options["what"]](options)

    def _list(self, options: dict[str, Any]) -> None:
        found = self.accounts.order_by("stripe_account")
        if options["state"]:
            found = found.filter(state=options["state"])
        if options["json"]:
            self.stdout.write(json.dumps([_document(each) for each in found], indent=2))
            return
        lines = [tuple(map(_, COLUMNS)), *(_cells(each) for each in found)]
        widths = [max(len(line[place]) for line in lines) for place in range(len(COLUMNS))]
        for line in lines:
            cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
            self.stdout.write("  ".join(cells).rstrip())

    def _set(self, options: dict[str, Any], *, state: State) -> None:
        found = [self._named(name) for name in options["accounts"]]
        chosen = self.accounts.filter(pk__in=[each.pk for each in found])
        MirroredAccount.set_state(chosen, state, next_due_at=None, error="")
        for each in found:
            self.stdout.write(f"{each}: {state.value}")

    def _erase(self, options: dict[str, Any]) -> None:
        account = self._named(options["account"])
        if account.is_own:
            raise CommandError(_("Your own account cannot be erased: drop the tables instead."))
        if options["dry_run"]:
            self._report(erase_account.count(account.stripe_account))
            return
        if not options["no_input"] and not self._is_confirmed(account):
            raise CommandError(_("Nothing was erased."))
        try:
            erased = erase_account.erase(account.stripe_account, _Progress(self.stderr.write))
        except ProtectedError as error:
            raise CommandError(
                _(
                    "A row of your own models protects one of the account's: %(error)s The same"
                    " command resumes."
                )
                % {"error": error.args[0]}
            ) from error
        except KeyboardInterrupt:
            message = _("Interrupted. The same command erases the rest.")
            raise CommandError(message, returncode=INTERRUPTED) from None
        self.stdout.write(
            _("%(erased)s rows erased. %(account)s is paused.")
            % {"erased": intcomma(erased), "account": account}
        )

    def _is_confirmed(self, account: MirroredAccount) -> bool:
        question = _("Erase everything of %(account)s (%(stripe_account)s)? Type yes: ") % {
            "account": account,
            "stripe_account": account.stripe_account,
        }
        try:
            return input(question).strip() == "yes"
        except EOFError:  # there is nobody to answer
            return False

    def _report(self, counts: dict[str, int]) -> None:
        width = max(map(len, counts), default=0)
        for name, number in sorted(counts.items()):
            self.stdout.write(f"{name:<{width}}  {intcomma(number):>12}")
        self.stdout.write(
            _("%(count)s rows would be erased.") % {"count": intcomma(sum(counts.values()))}
        )

    def _named(self, name: str) -> MirroredAccount:
        others = self.accounts.exclude(stripe_account="")
        named = others.exclude(alias="").filter(alias=name)  # most accounts have no name
        found = others.filter(stripe_account=name).first() or named.first()
        if found is None:
            raise CommandError(
                _("There is no account %(name)r: see stripe_accounts list.") % {"name": name}
            )
        return found


class _Progress:
    """Writes a line now and then."""

    def __init__(self, write: Any) -> None:
        self._write = write
        self._erased = 0

    def __call__(self, name: str, number: int) -> None:
        before, self._erased = self._erased, self._erased + number
        if before // REPORT_EVERY != self._erased // REPORT_EVERY:
            self._write(
                _("%(erased)s rows erased, last of: %(name)s")
                % {"erased": intcomma(self._erased), "name": name}
            )


def _named(parser: ArgumentParser) -> None:
    parser.add_argument(
        "accounts", nargs="+", metavar="acct_…", help=_("Ids, or names in the setting ACCOUNTS.")
    )


def _document(account: MirroredAccount) -> dict[str, Any]:
    times = ("synced_at", "read_until", "missed_since", "next_due_at")
    moments = {name: getattr(account, name) for name in times}
    return {
        "account": account.stripe_account,
        "alias": account.alias,
        "parent": account.parent,
        "state": account.state,
        **{name: moment and moment.isoformat() for name, moment in moments.items()},
        "error": account.error,
    }


def _cells(account: MirroredAccount) -> Sequence[str]:
    synced, until = (
        f"{moment:%Y-%m-%d %H:%M} UTC" if moment else ""
        for moment in (account.synced_at, account.read_until)
    )
    platform = _("own key") if account.parent is None else account.parent or _("your own")
    name = account.stripe_account or _("(your own)")
    return (name, account.alias, platform, account.state, synced, until, account.error)
