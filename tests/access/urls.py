"""Pages that only some customers see."""

from django.http import HttpResponse, JsonResponse
from django.urls import path
from django.utils.decorators import method_decorator
from django.views import View

from stripe_django.access import (
    EntitlementRequiredMixin,
    SubscriptionRequiredMixin,
    entitlement_required,
    subscription_required,
)
from stripe_django.models import Customer


def of_user(request):
    return Customer.objects.filter(email=request.user.email).first()


def id_of_user(request):
    return request.user.last_name or None


def pay_first(request):
    return JsonResponse({"error": "no subscription"}, status=402)


def pricing(request):
    return HttpResponse("pricing")


@subscription_required("prod_a", customer=of_user)
def plain(request, number=0):
    """A page."""
    return HttpResponse(f"page {number}")


@subscription_required("prod_a", customer=of_user)
async def later(request, number=0):
    return HttpResponse(f"page {number}")


@subscription_required("prod_a", customer=of_user, no_access="pricing")
async def elsewhere(request):
    return HttpResponse("page")


def page(request, *args, **kwargs):
    return HttpResponse("page")


class Page(SubscriptionRequiredMixin, View):
    access_to = "prod_a"

    def get_customer(self):
        return of_user(self.request)

    def get(self, request, number=0):
        return HttpResponse(f"page {number}")


class Later(SubscriptionRequiredMixin, View):
    access_to = ["prod_a"]

    def get_customer(self):
        return of_user(self.request)

    async def get(self, request, number=0):
        return HttpResponse(f"page {number}")


class Elsewhere(Page):
    access_options = {"grace_days": 7}
    no_access = "pricing"
    login_url = "/login/"


class WithJson(Page):
    def handle_no_access(self):
        return pay_first(self.request)


class Exports(EntitlementRequiredMixin, View):
    feature = "exports"

    def get_customer(self):
        return id_of_user(self.request)

    def get(self, request):
        return HttpResponse("page 0")


@method_decorator(subscription_required("prod_a", customer=of_user), name="dispatch")
class Decorated(View):
    def get(self, request, number=0):
        return HttpResponse(f"page {number}")


class Undecorated(View):
    async def get(self, request, number=0):
        return HttpResponse(f"page {number}")


required = subscription_required("prod_a", customer=of_user)

urlpatterns = [
    path("plain/<int:number>/", plain),
    path("async/<int:number>/", later),
    path("class/<int:number>/", Page.as_view()),
    path("async-class/<int:number>/", Later.as_view()),
    path("async-as-view/<int:number>/", required(Undecorated.as_view())),
    path("decorated/<int:number>/", Decorated.as_view()),
    path("elsewhere-class/", Elsewhere.as_view()),
    path("json/", subscription_required("prod_a", customer=of_user, no_access=pay_first)(page)),
    path("json-class/", WithJson.as_view()),
    path("by-id/", subscription_required("prod_a", customer=id_of_user)(page)),
    path("anything/", subscription_required(customer=of_user)(page)),
    path("elsewhere/", elsewhere),
    path("login-first/", subscription_required(customer=of_user, login_url="/login/")(page)),
    path("exports/", entitlement_required("exports", customer=of_user)(page)),
    path("exports-class/", Exports.as_view()),
    path("pricing/", pricing, name="pricing"),
]
