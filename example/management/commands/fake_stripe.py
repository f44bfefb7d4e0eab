"""``python example/manage.py fake_stripe``: a fake Stripe beside the server of the example."""

import time

from django.core.management.base import BaseCommand, CommandError

from stripe_django.testing import Business, FakeStripe

STEPS = """\
A fake Stripe is at {address}, until Ctrl-C. In another terminal:

export STRIPE_API_BASE={address} STRIPE_SECRET_KEY={key}
export STRIPE_WEBHOOK_SECRET={secret} EXAMPLE_DATABASE=example/shop.sqlite3
python example/manage.py migrate
python example/manage.py stripe_sync product price
python example/manage.py runserver

Then sign up at http://127.0.0.1:8000/plans/"""


class Command(BaseCommand):
    help = "Serves a fake Stripe with plans, a checkout and a billing portal, and sends webhooks."
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser):
        parser.add_argument("--port", type=int, default=12111, help="0 for a free one")
        parser.add_argument(
            "--webhooks", default="http://127.0.0.1:8000/stripe/webhook/", help="where to send them"
        )

    def handle(self, *, port, webhooks, **options):
        fake = FakeStripe()
        Business(fake, start=None)
        fake.create(
            "webhook_endpoint", url=webhooks, enabled_events=["*"], secret=fake.webhook_secret
        )
        try:
            self._serve(fake, port)
        except OSError as error:
            message = f"Port {port} cannot be used ({error.strerror}): choose another --port."
            raise CommandError(message) from error

    def _serve(self, fake, port):
        with fake.serving(port) as address, fake.delivering():
            values = {"address": address, "key": fake.key, "secret": fake.webhook_secret}
            self.stdout.write(STEPS.format(**values))
            self.stdout.flush()
            try:
                while True:
                    time.sleep(3600)
            except KeyboardInterrupt:
                self.stdout.write("")
