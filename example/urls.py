from django.contrib import admin
from django.urls import include, path

from example.views import overdue

urlpatterns = [
    path("", overdue),
    path("admin/", admin.site.urls),
    path("stripe/", include("stripe_django.urls")),
]
