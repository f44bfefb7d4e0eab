from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.urls import include, path
from django.views.generic import RedirectView

# The only user is a throw-away one.
admin.site.unregister([Group, User])

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:stripe_django_statistics_changelist")),
    path("admin/", admin.site.urls),
    path("stripe/", include("stripe_django.urls")),
]
