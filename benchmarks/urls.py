from django.contrib import admin
from django.urls import include, path

from .views import insert_only

urlpatterns = [
    path("admin/", admin.site.urls),
    path("stripe/", include("stripe_django.urls")),
    path("insert-only/", insert_only),
]
