"""Routers of a project (the setting ``DATABASE_ROUTERS``): use one of them."""


class ReadsFromReplica:
    def db_for_read(self, model, instance=None, **hints):
        # What belongs to a row that was read from the primary is read from there, too.
        return (instance and instance._state.db) or "replica"

    def db_for_write(self, model, **hints):
        return "default"

    def allow_relation(self, first, second, **hints):
        return True

    def allow_migrate(self, db, app_label, **hints):
        return db == "default"


class StripeDatabase:
    def db_for_read(self, model, **hints):
        return "stripe" if model._meta.app_label == "stripe_django" else "default"

    db_for_write = db_for_read

    def allow_relation(self, first, second, **hints):
        return True

    def allow_migrate(self, db, app_label, **hints):
        return (db == "stripe") == (app_label == "stripe_django")
