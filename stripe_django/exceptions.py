"""The exceptions of this package; each message describes the cause and the remedy."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class StripeDjangoError(Exception):
    """Something went wrong inside stripe_django; a subclass says what, and what to do."""

    message = gettext_lazy("Something went wrong inside stripe_django.")

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.explanation())

    @classmethod
    def explanation(cls) -> str:
        """The cause and the remedy, in the active language."""
        return str(cls.message)


class PayloadError(StripeDjangoError, ValueError):
    message = gettext_lazy(
        "The payload cannot become a row; the message says why, and nothing was written for it."
    )


class UnknownObjectError(PayloadError):
    message = gettext_lazy("There is no model for the payload's object.")


class PreviewError(PayloadError):
    message = gettext_lazy(
        "The payload is a preview, such as an upcoming invoice: Stripe does not store it, and"
        " computes it anew for each request. It was not stored."
    )


class MissingIdError(PayloadError):
    message = gettext_lazy(
        "The payload has no id, and none can be derived from it: a preview, or a bare stub."
    )


class ReadOnlyError(StripeDjangoError, TypeError):
    message = gettext_lazy(
        "Mirrored rows are written by the sync layer alone: change the object at Stripe with"
        " stripe_django.client, which writes the response to the row."
    )

    def __init__(self, operation: str) -> None:
        super().__init__(
            _("%(operation)s is not available on mirrored rows.") % {"operation": operation}
            + f" {self.explanation()}"
        )


class MissingKeyError(StripeDjangoError):
    message = gettext_lazy(
        'No Stripe secret key is configured: set STRIPE_DJANGO["API_KEY"] or the environment'
        " variable STRIPE_SECRET_KEY."
    )


class MalformedKeyError(StripeDjangoError):
    message = gettext_lazy(
        "The Stripe secret key contains an invalid character: look for quotes, spaces and a"
        ' line end in STRIPE_DJANGO["API_KEY"] or the environment variable STRIPE_SECRET_KEY.'
    )


class CredentialsError(StripeDjangoError):
    message = gettext_lazy("A function in STRIPE_DJANGO that returns a key or secrets has failed.")


class AsyncClientMissingError(StripeDjangoError):
    message = gettext_lazy(
        "To read from Stripe asynchronously, its SDK needs httpx or aiohttp: install"
        " stripe-django[async]."
    )


class ChangeFeedOffError(StripeDjangoError):
    message = gettext_lazy(
        'Changes are not noted: set STRIPE_DJANGO["CHANGE_FEED"] to true and restart all processes.'
    )


class ChangeCursorError(StripeDjangoError):
    message = gettext_lazy(
        "The cursor is not of this change feed: CHANGE_FEED was off meanwhile, or the"
        " database was restored. Read everything again, without a cursor."
    )


class ExpiredCursorError(ChangeCursorError):
    message = gettext_lazy(
        "Changes after the cursor were pruned: the setting RETENTION keeps them for a shorter"
        " time than nobody has read them. Read everything again, without a cursor."
    )


class RetentionError(StripeDjangoError):
    message = gettext_lazy("The setting RETENTION is wrong: manage.py check says how.")


class WrongHomeError(StripeDjangoError):
    message = gettext_lazy(
        "The key belongs to another mode than the one this database mirrors: use a separate"
        " database for each mode."
    )


class WrongAccountError(StripeDjangoError):
    message = gettext_lazy(
        "The key belongs to another account than the one this database mirrors: use that"
        ' account\'s key, or add the other account to STRIPE_DJANGO["ACCOUNTS"].'
    )


class UnknownModeError(StripeDjangoError):
    message = gettext_lazy(
        "Neither the key nor what it reads says whether it is for live or test mode, or the"
        " event of a connected account came before any sync: run stripe_sync first."
    )


class UnknownOwnerError(StripeDjangoError):
    message = gettext_lazy(
        "The tables of dj-stripe have objects of several accounts, and nothing says which of"
        ' them is your own: name it with --account, or in STRIPE_DJANGO["ACCOUNT"].'
    )


class UnavailableError(StripeDjangoError):
    message = gettext_lazy(
        "The account has no access to this part of Stripe's API, or the server does not offer it."
    )


class AccountUnavailableError(UnavailableError):
    message = gettext_lazy(
        "The key has no access to this account: its id is mistyped, or it is no longer connected."
    )


class CursorGoneError(StripeDjangoError):
    message = gettext_lazy(
        "Stripe no longer has the object after which the next page of a list begins."
    )


class UnreachableError(StripeDjangoError):
    message = gettext_lazy("Stripe could not be reached: check the network and proxies.")


class NothingReadError(StripeDjangoError):
    message = gettext_lazy(
        "Stripe refused every list, so nothing was read: check the permissions of the key."
    )


class ReadLimitError(StripeDjangoError):
    message = gettext_lazy(
        "A web request has no time left to read from Stripe, or Stripe did not respond"
        " lately; what was to be read is read later."
    )


class EndpointError(StripeDjangoError, ValueError):
    message = gettext_lazy("Stripe cannot post events to this address.")


class AlreadyRunningError(StripeDjangoError):
    message = gettext_lazy(
        "Another stripe_sync of this account is running: wait for its end, with --wait, or"
        " stop it. One that was killed on another machine counts as ended after a minute."
    )


class OvertakenError(StripeDjangoError):
    message = gettext_lazy(
        "This stripe_sync was not seen for so long that another one replaced it."
    )


class PrivacyError(StripeDjangoError):
    message = gettext_lazy(
        'STRIPE_DJANGO["PRIVACY"] cannot be followed, so nothing is stored: correct it as the'
        " message says; manage.py check finds such errors before."
    )


class CustomerLinkError(StripeDjangoError):
    message = gettext_lazy(
        "The row of your model cannot be linked to a customer; the message says why."
    )


class AmbiguousCustomerError(CustomerLinkError):
    message = gettext_lazy(
        "Several customers at Stripe have the key of this row in their metadata, or one that"
        " another row is linked to: set the reference of your model to the right one."
    )


class CustomerBusyError(CustomerLinkError):
    message = gettext_lazy(
        "Another process is creating the customer of this row, and has not ended in time: try"
        " again. One that was killed no longer counts after 20 seconds."
    )


class ErasureKeyError(StripeDjangoError):
    message = gettext_lazy(
        "Customers were erased with a SECRET_KEY that the settings no longer have, so nothing"
        " can recognise them, and nothing is written: add that key to SECRET_KEY_FALLBACKS."
    )


class UnfinishedErasureError(StripeDjangoError):
    message = gettext_lazy(
        "The customer is erased as far as the running transactions allow: one of them is"
        " older than the erasure, and may bring something back. Run the same command again."
    )


class UnknownCustomerError(StripeDjangoError, ValueError):
    message = gettext_lazy(
        "Nothing that is stored is of a customer with this id, so nothing was erased; the"
        " message says what to check."
    )
