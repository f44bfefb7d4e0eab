"""A Django project with stripe-django: settings, URLs, the admin, and a page with a query.

It shows the data of the demo, from a clone, in an environment with ``stripe-django[cli]``::

    stripe_django demo --database example/demo.sqlite3
    python example/manage.py migrate
    python example/manage.py createsuperuser
    python example/manage.py runserver
"""
