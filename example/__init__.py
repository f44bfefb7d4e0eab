"""The demo project: a fake Stripe, a business to fill it with, and a Django project to look at."""
