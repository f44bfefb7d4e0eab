"""A Django project with stripe-django: the admin, a page with a query, and a shop.

It shows the data of the demo, from a clone, in an environment with ``stripe-django[cli]``::

    stripe_django demo --database example/demo.sqlite3
    python example/manage.py migrate
    python example/manage.py createsuperuser
    python example/manage.py runserver

Its shop sells plans: ``/plans/``, a checkout, pages for members, and the billing portal. A fake
Stripe serves the checkout and the portal::

    python example/manage.py fake_stripe

It prints what else there is to do.
"""
