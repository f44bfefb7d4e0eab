"""Which references lead from an object to the customer that it belongs to, by the models."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from stripe_django import fields, registry
from stripe_django.models import (
    BalanceTransaction,
    BankAccount,
    BitCoinReceiver,
    Card,
    Customer,
    DisputeEvidence,
    Event,
    FinancialConnectionsAccountOwnership,
    IdentityVerificationReport,
    Mandate,
    PaymentAttemptRecord,
    PaymentMethod,
    PaymentRecord,
    Payout,
    Recipient,
    Review,
    Source,
    V2CoreAccount,
    V2CoreEvent,
)
from stripe_django.models.base import StripeModel
from stripe_django.sync.mapping.schema import Column, schema_for

from . import paths

EVENTS: frozenset[type[StripeModel]] = frozenset({Event, V2CoreEvent})

# Of one customer, though nothing in them need say so: what refers to them says whose they are.
CARRIED: frozenset[type[StripeModel]] = frozenset(
    {
        *(BalanceTransaction, BankAccount, BitCoinReceiver, Card, DisputeEvidence, Mandate),
        *(IdentityVerificationReport, PaymentAttemptRecord, PaymentMethod, PaymentRecord),
        *(Review, Source, FinancialConnectionsAccountOwnership, V2CoreAccount),
    }
)
# They are of a business, though they name payments.
NO_PARENTS: frozenset[type[StripeModel]] = frozenset({BalanceTransaction, Payout, Recipient})
# It names a payment that is not its own, and may be another customer's.
MENTIONED = frozenset({(DisputeEvidence, "duplicate_charge_id")})
OF_TRANSACTIONS = ("charge", "refund", "dispute")  # what a balance transaction may be of

Place = tuple[int, Column]


@dataclass(frozen=True, slots=True)
class Relations:
    """The references of one model, with their places among the columns.

    ``customers`` decide alone whose an object is, if one of them is set; otherwise ``parents`` do.
    ``carried`` refer to objects that belong to the same customer as this one.
    """

    customers: tuple[Place, ...]
    parents: tuple[Place, ...]
    carried: tuple[Place, ...]

    @property
    def lead_to_customers(self) -> bool:
        return bool(self.customers or self.parents or self.carried)


@cache
def relations_of(model: type[StripeModel]) -> Relations:
    if model is Customer:  # whose it is, is said by its own id alone
        return Relations((), (), _carried(model))
    found = _references(model)
    customers = tuple(each for each in found if _is_customer(each[1]))
    return Relations(
        customers=customers,
        parents=tuple(
            each for each in found if each[1].target in _parents() and each not in customers
        ),
        carried=_carried(model),
    )


def _is_customer(column: Column) -> bool:
    """Whether it names the customer, also as an account of the second API version."""
    is_account = column.target is V2CoreAccount and column.name.endswith("customer_account")
    return column.target is Customer or is_account


@cache
def children_of(model: type[StripeModel]) -> tuple[tuple[type[StripeModel], Column], ...]:
    """The models whose rows belong to an object of this one by a reference to it."""
    found = []
    for child in registry.models():
        relations = relations_of(child)
        places = (*relations.customers, *relations.parents)
        found += [(child, column) for _, column in places if column.target is model]
    return tuple(found)


@cache
def is_reachable(model: type[StripeModel]) -> bool:
    """Whether objects of a model can belong to a customer."""
    return model is Customer or model in _parents() or model in CARRIED


def _carried(model: type[StripeModel]) -> tuple[Place, ...]:
    return tuple(
        (index, column)
        for index, column in _references(model)
        if column.target in CARRIED or getattr(column.field, "owned", False)
    )


@cache
def _parents() -> frozenset[type[StripeModel]]:
    """The models that belong to customers, directly or by others of them."""
    found: set[type[StripeModel]] = {*(CARRIED - NO_PARENTS), *paths.HASHES}
    found.add(Customer)
    while True:
        more = {
            model
            for model in registry.models()
            if model not in found
            and model not in NO_PARENTS | EVENTS
            and any(column.target in found for _, column in _references(model))
        }
        if not more:
            return frozenset(found - {Customer})
        found |= more


def _references(model: type[StripeModel]) -> list[Place]:
    return [
        (index, column)
        for index, column in enumerate(schema_for(model).columns)
        if isinstance(column.field, fields.Reference)
        if (model, column.name) not in MENTIONED
    ]
