"""`path("auth/", include("silent_refresh.urls"))`. The client's addresses end with a slash, as these do."""

from django.urls import path

from . import views

urlpatterns = [
    path("csrf/", views.csrf),
    path("login/", views.login),
    path("refresh/", views.refresh),
    path("logout/", views.logout),
]
