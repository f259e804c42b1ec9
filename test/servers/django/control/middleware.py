"""Keeps the log, and does what tests tell the token endpoint to do; the views are not aware of it."""

import json
from typing import Optional

import jwt
from django.db import connection
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse

from .state import State, current, lock

KINDS = {
    "/api/token/": "login",
    "/auth/login/": "login",
    "/api/token/refresh/": "refresh",
    "/auth/refresh/": "refresh",
    "/api/token/blacklist/": "logout",
    "/auth/logout/": "logout",
    "/api/me": "api",
    "/api/orders": "api",
}


def observe(get_response):
    def middleware(request):
        kind = KINDS.get(request.path)
        if kind is None:
            return get_response(request)
        # Read before the view does: afterwards its body is gone.
        body = request.body
        state = current()
        response = _refresh(state, lambda: get_response(request)) if kind == "refresh" else get_response(request)
        with lock:
            is_again = _is_again(state, response)
            session = _note_tokens(state, kind, _read(body), _read(getattr(response, "content", b"")), response)
            state.log.append(
                {
                    "serial": len(state.log) + 1,
                    "kind": kind,
                    "method": request.method,
                    "status": response.status_code,
                    "session": session,
                    "requestId": request.headers.get("X-Request-Id"),
                    "said": _said(response),
                    "again": is_again,
                }
            )
        if kind == "refresh":
            _stand_at(state, "answered")
        return response

    return middleware


def _refresh(state: State, ask) -> HttpResponse:
    fault = state.fault
    if fault and fault.meets():
        if fault.kind == "redirect":
            return HttpResponseRedirect("/accounts/login/")
        return JsonResponse({"detail": "Down for a moment."}, status=503)
    _stand_at(state, "arrived")
    with lock:
        state.refreshing += 1
        state.overlapping += state.refreshing > 1
    try:
        return ask()
    finally:
        with lock:
            state.refreshing -= 1


def _stand_at(state: State, where: str) -> None:
    with lock:
        gate = state.gate
        if gate is None or gate.where != where or gate.arrived.is_set():
            return
        gate.arrived.set()
    # Whoever waits here keeps no connection to the database.
    connection.close()
    gate.stand()


def _is_again(state: State, response: HttpResponse) -> bool:
    cookie = response.cookies.get("refresh_token")
    is_again = bool(cookie) and cookie.value in state.cookies
    if cookie:
        state.cookies.add(cookie.value)
    return is_again


def _note_tokens(state: State, kind: str, asked: dict, answer: dict, response: HttpResponse) -> Optional[str]:
    access = answer.get("access") or answer.get("access_token")
    if access:
        state.good.add(_claims(access)["jti"])
    cookie = response.cookies.get("refresh_token")
    if cookie and cookie.value:
        return _claims(cookie.value)["sid"]
    before = _claims(asked["refresh"]).get("jti") if asked.get("refresh") else None
    if not answer.get("refresh"):
        return state.chains.get(before)
    after = _claims(answer["refresh"])["jti"]
    session = state.chains.get(before, after)
    state.chains[after] = session
    state.newest[session] = answer["refresh"]
    return session


def _claims(token: str) -> dict:
    try:
        return jwt.decode(token, options={"verify_signature": False})
    except jwt.PyJWTError:
        return {}


def _read(body: bytes) -> dict:
    try:
        read = json.loads(body)
        return read if isinstance(read, dict) else {}
    except ValueError:
        return {}


def _said(response: HttpResponse) -> Optional[str]:
    said = _read(getattr(response, "content", b""))
    return said.get("detail") or said.get("error")
