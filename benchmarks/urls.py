from django.urls import include, path

from .views import insert_only

urlpatterns = [
    path("stripe/", include("stripe_django.urls")),
    path("insert-only/", insert_only),
]
