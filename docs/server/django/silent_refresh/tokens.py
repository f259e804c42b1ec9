"""The refresh token, as a signed name of a session and of a place in its chain."""

import uuid
from typing import NamedTuple, Optional

from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import Token

from .models import RefreshSession

SESSION_CLAIM = "sid"


class SessionRefreshToken(Token):
    """
    Of a type of its own: SimpleJWT's stock view, which knows nothing of sessions, would rotate a `RefreshToken` out of its
    chain. It refuses this one.
    """

    token_type = "session_refresh"
    lifetime = api_settings.REFRESH_TOKEN_LIFETIME


class Presented(NamedTuple):
    session_id: uuid.UUID
    token_id: uuid.UUID


def write_token(session: RefreshSession) -> str:
    """
    The same session gives the same token again. So the answer of the overlap has the very cookie of the first answer, and
    nothing secret has to be stored for it.
    """
    token = SessionRefreshToken()
    token[SESSION_CLAIM] = str(session.pk)
    token[api_settings.JTI_CLAIM] = session.token_id.hex
    token.set_iat(at_time=session.rotated_at)
    token.set_exp(from_time=session.rotated_at, lifetime=SessionRefreshToken.lifetime)
    return str(token)


def read_token(raw: Optional[str]) -> Optional[Presented]:
    """`None` for what this server hasn't signed, and for what has expired: both are no session, and no theft."""
    try:
        token = SessionRefreshToken(raw or "")
        return Presented(uuid.UUID(token[SESSION_CLAIM]), uuid.UUID(token[api_settings.JTI_CLAIM]))
    except (TokenError, KeyError, ValueError):
        return None
