"""A page of one's own with what is in Stripe: the invoices that customers have yet to pay."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from stripe_django.models import Invoice


def overdue(request: HttpRequest) -> HttpResponse:
    invoices = Invoice.objects.overdue().select_related("customer").order_by("due_date")
    return render(request, "example/overdue.html", {"invoices": invoices})
