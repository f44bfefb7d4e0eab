"""Call ``customer_for`` for one row in several threads, beside other processes that do the same:
for ``tests.child``. What is printed are the ids that it returned.
"""

import sys

from django.conf import settings
from django.db import transaction

from stripe_django.links import customer_for, customers
from tests.linked.models import Team
from tests.threads import together


def main(api_base, key, threads, way):
    customers.PATIENCE = 300.0  # on a machine that has other work
    settings.STRIPE_DJANGO = {"API_KEY": key, "API_BASE": api_base}

    def call():
        team = Team.objects.get()
        if way == "in a transaction":
            with transaction.atomic():
                return customer_for(team).stripe_id
        return customer_for(team).stripe_id

    print("ready", flush=True)
    sys.stdin.readline()
    print(*sorted(together(*[call] * int(threads))))
