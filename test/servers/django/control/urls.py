from django.urls import path

from . import views

urlpatterns = [
    path("", views.look),
    path("<str:what>/", views.tell),
]
