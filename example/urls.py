from django.contrib import admin
from django.urls import include, path

from example import accounts, members, subscribe, views

urlpatterns = [
    path("", views.overdue),
    path("plans/", subscribe.plans, name="plans"),
    path("plans/<str:price_id>/subscribe/", subscribe.checkout, name="subscribe"),
    path("welcome/", subscribe.welcome, name="welcome"),
    path("members/", members.members, name="members"),
    path("members/billing/", members.billing, name="billing"),
    path("accounts/signup/", accounts.SignUp.as_view(), name="signup"),
    path("accounts/", include("django.contrib.auth.urls")),
    path("admin/", admin.site.urls),
    path("stripe/", include("stripe_django.urls")),
]
