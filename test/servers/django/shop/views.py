"""An API that needs the access token, and knows nothing of refresh tokens."""

from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from .models import Order


@api_view(["GET"])
def me(request: Request) -> Response:
    return Response({"user": request.user.get_username()})


@api_view(["GET", "POST"])
def orders(request: Request) -> Response:
    if request.method == "POST":
        order = Order.objects.create(user=request.user, item=request.data["item"])
        return Response({"id": order.pk, "item": order.item}, status=201)
    mine = Order.objects.filter(user=request.user).order_by("pk")
    return Response([{"id": order.pk, "item": order.item} for order in mine])
