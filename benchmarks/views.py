"""The least that an endpoint for Stripe's events can do."""

import json

import stripe
from django.conf import settings
from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt

from .models import Delivery

TOLERANCE = 300


@csrf_exempt
def insert_only(request):
    """Verify the signature, and insert the event into a table of its own."""
    body = request.body.decode()
    header = request.headers["Stripe-Signature"]
    [secret] = settings.STRIPE_DJANGO["WEBHOOK_SECRETS"]
    stripe.WebhookSignature.verify_header(body, header, secret, TOLERANCE)
    event = json.loads(body)
    Delivery.objects.create(id=event["id"], type=event["type"], body=event)
    return HttpResponse()
