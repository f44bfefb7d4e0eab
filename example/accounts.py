"""Users sign up for themselves."""

from django.contrib.auth import login
from django.contrib.auth.forms import UserCreationForm
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.views.generic import FormView


class SignUp(FormView):
    form_class = UserCreationForm
    success_url = reverse_lazy("plans")
    template_name = "registration/signup.html"

    def form_valid(self, form):
        login(self.request, form.save())
        return redirect(self.success_url)
