from __future__ import annotations

import os
from argparse import ArgumentParser
from collections.abc import Iterable
from threading import Event
from typing import Any

from django.core.management.base import CommandError
from django.db import router
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from stripe_django.conf import settings
from stripe_django.exceptions import ChangeCursorError, StripeDjangoError
from stripe_django.management import poll_loop
from stripe_django.management.base import INTERRUPTED, StripeCommand, require_tables
from stripe_django.management.naming import in_scope
from stripe_django.management.output.export import FORMATS, PAYLOAD, ExportProgress, line
from stripe_django.management.shutdown import stopping
from stripe_django.management.state_file import StateFile
from stripe_django.models import NewChange
from stripe_django.sync.change_feed import ChangedRow, Reader, snapshot
from stripe_django.sync.database.lock_timeout import patient


class Command(StripeCommand):
    help = gettext_noop(
        "Write the mirror as lines of JSON, one for each row: first all rows, and then"
        " what has changed, each object at last as it is now. A line has the object, its"
        " stripe_id and account, whether it is deleted at Stripe or erased here, its"
        " data, and the cursor to continue after it. Changes need the setting"
        " CHANGE_FEED."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "objects",
            nargs="*",
            metavar="object",
            help=_("What to write, as Stripe names it: charge, customer … (default: all)"),
        )
        start = parser.add_mutually_exclusive_group()
        start.add_argument(
            "--since-cursor",
            default="",
            metavar="CURSOR",
            help=_("Only what comes after the line with this cursor."),
        )
        start.add_argument(
            "--state",
            default="",
            metavar="FILE",
            help=_("Continue at the cursor in this file, and store there how far it came."),
        )
        parser.add_argument(
            "--format",
            default=PAYLOAD,
            choices=FORMATS,
            help=_(
                "The data: the payload that Stripe sent, or the columns (default: %(default)s)."
            ),
        )
        parser.add_argument(
            "--follow", action="store_true", help=_("Continue until Ctrl-C or SIGTERM.")
        )
        parser.add_argument(
            "--interval",
            type=float,
            default=5,
            metavar="SECONDS",
            help=_("How long to wait between two rounds with --follow (default: %(default)s)."),
        )

    def handle(self, *args: Any, **options: Any) -> None:
        require_tables()
        names = [model.stripe.object_name for model in in_scope(options["objects"])]
        self._form = options["format"]
        self._shown = ExportProgress(self.stderr)
        self._state = StateFile(options["state"])
        resumes = options["state"] or options["since_cursor"] or options["follow"]
        is_whole = False
        try:
            with stopping() as asked, patient(router.db_for_write(NewChange)):
                if settings.change_feed or resumes:
                    self._export(names, options, asked)
                else:
                    self._write_all(snapshot(names), asked)
            is_whole = True
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.stdout.fileno())  # for what is left
            raise CommandError(_("The reader of the output has gone.")) from None
        except StripeDjangoError as error:
            raise CommandError(str(error)) from error
        finally:
            self._shown.finish(is_whole=is_whole)
        if asked.is_set() and not options["follow"]:
            raise CommandError(_("Interrupted."), returncode=INTERRUPTED)

    def _write_all(self, batches: Iterable[list[ChangedRow]], asked: Event) -> None:
        for batch in batches:
            self._write(batch)
            if asked.is_set():
                return

    def _export(self, names: list[str], options: dict[str, Any], asked: Event) -> None:
        reader = Reader(options["since_cursor"] or self._state.read(), objects=names)
        if not options["follow"]:
            self._write_new(reader, asked)
            return

        def step() -> None:
            try:
                self._write_new(reader, asked)
            except ChangeCursorError as error:  # any other one may pass
                raise CommandError(str(error)) from error

        for _round in poll_loop.repeated(step, asked, options["interval"], self.stderr.write):
            pass

    def _write_new(self, reader: Reader, asked: Event) -> None:
        """Write what the reader has not read yet. The cursor is stored after the lines."""
        while not asked.is_set():
            before, batch = reader.cursor, reader.read()
            self._write(batch)
            if reader.cursor != before:
                self._state.write(reader.cursor)
            if not batch:
                return

    def _write(self, batch: list[ChangedRow]) -> None:
        for changed in batch:
            self.stdout.write(line(changed, self._form))
        self.stdout.flush()
        self._shown.add(batch)
