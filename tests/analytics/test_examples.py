"""Monthly recurring revenue as accountants work it out, case by case."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from stripe_django import analytics, statistics, sync
from stripe_django.models import Event, Retention, Subscription, SubscriptionVersion
from stripe_django.statistics import versions

from .payloads import READ, at, discount, happened, item, price, store, subscription

pytestmark = pytest.mark.django_db

START, END = date(2025, 1, 1), date(2025, 7, 1)
MONTHLY = price("monthly", 1_000)
SILVER = price("silver", 400, product="silver")


def closings(**options):
    """The revenue at the end of January to June, by currency."""
    found = {}
    for row in analytics.mrr_movements(START, END, **options):
        found.setdefault(row.currency, []).append(row.closing)
    return found


def moved(month, **options):
    """What moved in a month of 2025, as ``{"new": …}``, without what did not."""
    rows = analytics.mrr_movements(date(2025, month, 1), date(2025, month, 2), **options)
    names = ("new", "reactivation", "expansion", "contraction", "churn")
    return {
        row.key: {name: getattr(row, name) for name in names if getattr(row, name)} for row in rows
    }


TENS = price("tens", 700, transform_quantity={"divide_by": 10, "round": "up"})


@pytest.mark.parametrize(
    ("bought", "month"),
    [
        (item("si_1", MONTHLY, 3), 3_000),
        (item("si_1", price("yearly", 12_000, interval="year")), 1_000),
        (item("si_1", price("yearly", 10_000, interval="year")), Decimal("833.3333")),
        (item("si_1", price("quarterly", 3_000, count=3)), 1_000),
        (item("si_1", price("weekly", 300, interval="week")), 1_300),
        (item("si_1", price("daily", 12, interval="day"), 2), 730),
        (item("si_1", price("jpy", 500, currency="jpy")), 500),
        (item("si_1", price("free", 0)), None),
        (item("si_1", price("metered", 5, recurring={"usage_type": "metered"})), None),
        (item("si_1", price("cents", None, unit_amount_decimal="0.5"), 101), 51),
        (
            item(
                "si_1", price("tens", 700, transform_quantity={"divide_by": 10, "round": "up"}), 21
            ),
            2_100,
        ),
    ],
)
def test_a_month_of_a_price(bought, month):
    currency = bought["price"]["currency"]
    store(happened(at(1, 10), subscription(bought), "created"))
    assert closings() == ({} if month is None else {currency: [month] * 6})


def test_tiers_are_those_of_a_read():
    tiers = [{"up_to": 2, "unit_amount": 500}, {"up_to": None, "unit_amount": 100}]
    tiered = price("tiered", None, billing_scheme="tiered", tiers_mode="graduated")
    shown = subscription(item("si_1", tiered, 5))
    store(happened(at(1, 10), shown, "created"), read=[tiered | {"tiers": tiers}])
    assert closings() == {"eur": [1_300] * 6}


@pytest.mark.parametrize(
    ("coupon", "month"),
    [({"percent_off": 25}, 1_500), ({"amount_off": 300, "currency": "eur"}, 1_700)],
)
def test_a_discount_counts_from_its_start_to_its_end(coupon, month):
    shown = subscription(item("si_1", MONTHLY, 2), discounts=["di_1"])
    given = discount("di_1", {"id": "c", **coupon}, at(2, 10), end=at(4, 20))
    store(
        happened(at(1, 10), shown | {"discounts": []}, "created"),
        happened(at(2, 10), given, "created"),
        happened(at(2, 10), shown),
    )
    assert closings() == {"eur": [2_000, month, month, 2_000, 2_000, 2_000]}
    assert moved(2) == {"": {"contraction": month - 2_000}}
    assert moved(4) == {"": {"expansion": 2_000 - month}}


def test_the_discount_of_a_customer_counts_while_the_customer_has_it():
    given = discount("di_1", {"id": "c", "percent_off": 50}, at(2, 10), subscription=None)
    given |= {"customer": "cus_1"}
    customer = {"id": "cus_1", "object": "customer", "livemode": False, "discount": given}
    shown = subscription(item("si_1", MONTHLY))
    store(happened(at(1, 10), shown, "created"))
    store(happened(at(2, 10), given, "created"), happened(at(2, 10), customer))
    assert closings() == {"eur": [1_000, 500, 500, 500, 500, 500]}
    store(
        happened(at(4, 10), given, "deleted"),
        happened(at(4, 10), customer | {"discount": None}),
    )
    assert closings() == {"eur": [1_000, 500, 500, 1_000, 1_000, 1_000]}


def test_past_months_have_the_quantities_and_prices_of_then():
    first = subscription(item("si_1", MONTHLY, 2))
    more = subscription(item("si_1", MONTHLY, 5))
    other = subscription(item("si_1", SILVER, 5))
    store(
        happened(at(1, 10), first, "created"),
        happened(at(3, 10), more, items=first["items"]),
        happened(at(5, 10), other, items=more["items"]),
    )
    assert closings() == {"eur": [2_000, 2_000, 5_000, 5_000, 2_000, 2_000]}
    assert (moved(1), moved(3)) == ({"": {"new": 2_000}}, {"": {"expansion": 3_000}})
    assert moved(5) == {"": {"contraction": -3_000}}
    assert moved(5, by="product") == {"gold": {"churn": -5_000}, "silver": {"new": 2_000}}
    assert moved(3, by="price") == {"monthly": {"expansion": 3_000}}


def test_a_subscription_on_trial_counts_from_its_end():
    trial = {"status": "trialing", "trial_start": at(1, 10), "trial_end": at(2, 9)}
    shown = subscription(item("si_1", MONTHLY), **trial)
    lost = subscription(item("si_2", MONTHLY), name="sub_2", customer="cus_2", **trial)
    store(
        happened(at(1, 10), shown, "created"),
        happened(at(2, 9, hour=1), shown | {"status": "active"}, status="trialing"),
        happened(at(1, 10), lost, "created"),
        happened(at(2, 1), lost | {"status": "canceled", "ended_at": at(2, 1)}, "deleted"),
    )
    assert closings() == {"eur": [0, 1_000, 1_000, 1_000, 1_000, 1_000]}
    assert moved(2) == {"": {"new": 1_000}}
    [january, *others] = analytics.trial_conversion(START, END)
    assert (january.started, january.converted, january.lost, january.running) == (2, 1, 1, 0)
    assert january.rate == Decimal("0.5")
    assert all(each.started == 0 and each.rate is None for each in others)


def test_a_scheduled_cancellation_is_churn_when_it_takes_effect():
    shown = subscription(item("si_1", MONTHLY))
    announced = shown | {"cancel_at_period_end": True, "canceled_at": at(2, 20)}
    over = announced | {"status": "canceled", "ended_at": at(4, 10)}
    store(
        happened(at(1, 10), shown, "created"),
        happened(at(2, 20), announced, cancel_at_period_end=False),
        happened(at(4, 10), over, "deleted"),
    )
    assert closings() == {"eur": [1_000, 1_000, 1_000, 0, 0, 0]}
    assert moved(4) == {"": {"churn": -1_000}}


@pytest.mark.parametrize(
    ("status", "counts"), [("past_due", True), ("paused", False), ("unpaid", 0)]
)
def test_what_comes_back_is_a_reactivation(status, counts):
    shown = subscription(item("si_1", MONTHLY))
    store(
        happened(at(1, 10), shown, "created"),
        happened(at(3, 10), shown | {"status": status}, status="active"),
        happened(at(5, 10), shown, status=status),
    )
    month = 1_000 if counts else 0
    assert closings() == {"eur": [1_000, 1_000, month, month, 1_000, 1_000]}
    assert moved(5) == {"": {} if counts else {"reactivation": 1_000}}


def test_several_items_and_currencies():
    store(
        happened(
            at(1, 10), subscription(item("si_1", MONTHLY), item("si_2", SILVER, 2)), "created"
        ),
        happened(
            at(2, 10),
            subscription(
                item("si_3", price("usd", 700, currency="usd")),
                name="sub_2",
                since=at(2, 10),
            ),
            "created",
        ),
    )
    assert closings() == {"eur": [1_800] * 6, "usd": [0, *[700] * 5]}
    rows = analytics.mrr_movements(START, date(2025, 2, 1), by="product")
    assert [(row.key, row.closing) for row in rows if row.closing] == [
        ("gold", 1_000),
        ("silver", 800),
    ]
    assert analytics.active_subscribers(datetime(2025, 3, 1, tzinfo=UTC)) == {"eur": 1, "usd": 1}


def test_a_discount_on_everything_is_divided_among_the_products():
    given = discount("di_1", {"id": "c", "amount_off": 100, "currency": "eur"}, at(1, 10))
    shown = subscription(item("si_1", MONTHLY), item("si_2", SILVER, 5), discounts=["di_1"])
    store(happened(at(1, 10), given, "created"), happened(at(1, 10), shown, "created"))
    rows = analytics.mrr_movements(START, date(2025, 2, 1), by="product")
    assert {row.key: row.closing for row in rows} == {
        "gold": Decimal("966.6666"),
        "silver": Decimal("1933.3334"),
    }
    assert Subscription.objects.mrr_by("product") == {
        ("eur", "gold"): Decimal("966.6666"),
        ("eur", "silver"): Decimal("1933.3334"),
    }


def test_rates_of_a_month():
    """Ten customers of 100: one leaves, one pays half, one pays double, one is new."""
    ten = price("ten", 100)
    shown = [
        subscription(item(f"si_{n}", ten, 2), name=f"sub_{n}", customer=f"cus_{n}")
        for n in range(11)
    ]
    store(
        *(happened(at(1, 10), each, "created") for each in shown[:10]),
        happened(at(3, 5), shown[0] | {"status": "canceled", "ended_at": at(3, 5)}, "deleted"),
        happened(at(3, 5), changed(shown[1], item("si_1", ten, 1))),
        happened(at(3, 5), changed(shown[2], item("si_2", ten, 4))),
        happened(at(3, 5), shown[10] | {"created": at(3, 5), "start_date": at(3, 5)}, "created"),
    )
    [march] = analytics.mrr_movements(date(2025, 3, 1), date(2025, 4, 1))
    assert (march.opening, march.closing, march.net) == (2_000, 2_100, 100)
    assert (march.opening_customers, march.closing_customers) == (10, 10)
    assert march.customer_churn_rate == Decimal("0.1")
    assert march.revenue_churn_rate == Decimal("0.15")
    assert march.grr == Decimal("0.85")
    assert march.nrr == Decimal("0.95")
    assert march.arpa == 210


def changed(shown, *items):
    return shown | {"items": {"object": "list", "has_more": False, "data": list(items)}}


def test_cohorts():
    shown = subscription(item("si_1", MONTHLY))
    second = subscription(item("si_2", MONTHLY, 2), name="sub_2", customer="cus_2")
    third = subscription(item("si_3", SILVER), name="sub_3", customer="cus_3", since=at(2, 10))
    store(
        happened(at(1, 10), shown, "created"),
        happened(at(1, 10), second, "created"),
        happened(at(2, 10), third, "created"),
        happened(at(2, 20), shown | {"status": "canceled", "ended_at": at(2, 20)}, "deleted"),
        happened(at(3, 5), changed(second, item("si_2", MONTHLY, 4))),
    )
    rows = analytics.cohorts(START, date(2025, 4, 1))
    assert [(row.month.month, row.age, row.customers, row.mrr) for row in rows] == [
        (1, 0, 2, 3_000),
        (1, 1, 1, 2_000),
        (1, 2, 1, 4_000),
        (2, 0, 1, 400),
        (2, 1, 1, 400),
    ]
    assert {(row.size, row.initial_mrr) for row in rows[:3]} == {(2, 3_000)}
    assert rows[1].customer_retention == Decimal("0.5")
    assert rows[2].revenue_retention == Decimal("1.333333")


def test_months_are_those_of_the_zone():
    """What begins at 23:30 UTC begins on the next day in Berlin."""
    began = at(1, 31, hour=23) + 1_800
    store(happened(began, subscription(item("si_1", MONTHLY), since=began), "created"))
    assert (moved(1), moved(2)) == ({"": {"new": 1_000}}, {"": {}})
    berlin = ZoneInfo("Europe/Berlin")
    assert (moved(1, zone=berlin), moved(2, zone=berlin)) == ({}, {"": {"new": 1_000}})


def test_subscriptions_of_old_api_versions_have_a_plan():
    plan = {"id": "gold-plan", "object": "plan", "amount": 900, "currency": "eur"}
    plan |= {"interval": "month", "interval_count": 1, "product": "gold"}
    shown = {"id": "sub_1", "object": "subscription", "customer": "cus_1", "status": "active"}
    shown |= {"start": at(1, 10), "quantity": 2, "plan": plan, "livemode": False}
    store(happened(at(1, 10), shown, "created"))
    assert closings() == {"eur": [1_800] * 6}
    for by, key in {"product": "gold", "price": "gold-plan", "plan": "gold-plan"}.items():
        assert moved(1, by=by) == {key: {"new": 1_800}}


# Versions


def test_versions_stay_when_their_events_were_pruned():
    first = subscription(item("si_1", MONTHLY, 2))
    more = subscription(item("si_1", MONTHLY, 5))
    store(happened(at(1, 10), first, "created"), happened(at(3, 10), more))
    Event.objects.filter(created__lt=datetime(2025, 3, 1, tzinfo=UTC))._raw_delete("default")
    Retention.objects.create(events_since=datetime(2025, 3, 1, tzinfo=UTC))
    store(happened(at(5, 10), first))
    assert closings() == {"eur": [2_000, 2_000, 5_000, 5_000, 2_000, 2_000]}
    assert analytics.exact_since() == datetime(2025, 1, 10, tzinfo=UTC)


def test_an_event_that_comes_late_is_in_its_place():
    first = subscription(item("si_1", MONTHLY, 2))
    more = subscription(item("si_1", MONTHLY, 5))
    store(happened(at(1, 10), first, "created"), happened(at(5, 10), first))
    store(happened(at(3, 10), more))
    assert closings() == {"eur": [2_000, 2_000, 5_000, 5_000, 2_000, 2_000]}


def test_what_a_read_finds_counts_from_then_on():
    first = subscription(item("si_1", MONTHLY, 2))
    store(happened(at(1, 10), first, "created"))
    sync.apply(subscription(item("si_1", MONTHLY, 5)), as_of=datetime(2025, 3, 10, tzinfo=UTC))
    statistics.ask()
    store()
    assert closings() == {"eur": [2_000, 2_000, 5_000, 5_000, 5_000, 5_000]}


def test_what_is_deleted_has_no_versions():
    store(happened(at(1, 10), subscription(item("si_1", MONTHLY)), "created"))
    assert SubscriptionVersion.objects.count() == 1
    sync.apply(
        {"id": "sub_1", "object": "subscription", "deleted": True}, as_of=READ.replace(year=2026)
    )
    statistics.ask()
    store()
    assert not SubscriptionVersion.objects.exists()


def test_nothing_is_computed_again_unless_something_is_new(django_assert_num_queries):
    store(happened(at(1, 10), subscription(item("si_1", MONTHLY)), "created"))
    before = list(SubscriptionVersion.objects.values_list("pk", "computed_at"))
    with django_assert_num_queries(6):
        assert statistics.refresh(parts=[versions.steps])
    assert list(SubscriptionVersion.objects.values_list("pk", "computed_at")) == before


def test_the_reports_take_one_query_each(django_assert_num_queries):
    store(
        happened(at(1, 10), subscription(item("si_1", MONTHLY)), "created"),
        happened(at(1, 10), subscription(item("si_2", SILVER), name="sub_2"), "created"),
    )
    with django_assert_num_queries(2):  # with that of exact_since()
        analytics.mrr_movements(START, END, by="product")
    with django_assert_num_queries(1):
        analytics.cohorts(START, END)
    with django_assert_num_queries(1):
        analytics.trial_conversion(START, END)


def test_without_days_there_is_nothing():
    assert analytics.mrr_movements(START, START) == []
    assert analytics.cohorts(START, START) == []
    assert analytics.trial_conversion(START, START) == []
