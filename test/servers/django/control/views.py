"""What tests ask and tell. Anybody could: the server listens on this machine only, and has no other purpose."""

import json

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import RefreshToken
from silent_refresh import rotation
from silent_refresh.models import RefreshSession

from shop.models import Order

from . import state as kept
from .state import Fault, Gate, current


def look(request: HttpRequest) -> HttpResponse:
    state = current()
    return JsonResponse(
        {
            "log": state.log,
            "overlapping": state.overlapping,
            "held": bool(state.gate and state.gate.arrived.is_set()),
            "sessions": [
                {"id": str(session.pk), "user": session.user.get_username(), "endedBy": session.ended_by}
                for session in RefreshSession.objects.select_related("user").order_by("rotated_at")
            ]
            + [{"id": id, "endedBy": "" if _is_good(newest) else "blacklist"} for id, newest in state.newest.items()],
            "orders": [order.item for order in Order.objects.order_by("pk")],
        }
    )


@csrf_exempt
def tell(request: HttpRequest, what: str) -> HttpResponse:
    state = current()
    argument = json.loads(request.body or b"{}")
    if what == "reset":
        RefreshSession.objects.all().delete()
        Order.objects.all().delete()
        kept.reset()
    elif what == "expire":
        state.good.clear()
    elif what == "end":
        for session in RefreshSession.objects.filter(ended_at=None):
            rotation.end(session.pk, "control")
        for newest in state.newest.values():
            if _is_good(newest):
                RefreshToken(newest).blacklist()
    elif what == "fault":
        state.fault = Fault(argument["kind"], argument.get("seconds")) if argument else None
    elif what == "hold":
        state.gate = Gate(argument["where"])
    elif what == "release":
        if state.gate:
            state.gate.released.set()
        state.gate = None
    else:
        return JsonResponse({"detail": f"There is no {what}."}, status=404)
    return HttpResponse(status=204)


def _is_good(token: str) -> bool:
    try:
        RefreshToken(token)
        return True
    except TokenError:
        return False
