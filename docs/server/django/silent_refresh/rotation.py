"""Rotation with reuse detection and a short overlap (RFC 9700, section 4.14.2)."""

import logging
import uuid
from datetime import timedelta
from typing import Optional

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from .models import RefreshSession
from .tokens import Presented, SessionRefreshToken

logger = logging.getLogger(__name__)

# Long enough for an answer that was lost on its way, and for a tab that was closed in mid-refresh. A thief who is that
# quick gets the token that the user has, too: the next refresh of either of them is the other one's alarm.
OVERLAP = getattr(settings, "REFRESH_OVERLAP", timedelta(seconds=10))


def begin(user) -> RefreshSession:
    return RefreshSession.objects.create(user=user, rotated_at=timezone.now())


def rotate(presented: Presented) -> Optional[RefreshSession]:
    """
    The session with its new token, or `None` if it is over. It returns and never raises, because an exception would roll
    back the end of a session whose token was stolen.
    """
    now = timezone.now()
    with transaction.atomic():
        mine = RefreshSession.objects.filter(pk=presented.session_id)
        # A compare-and-swap: of two requests with one token, however parallel, the database lets one change the row. Read
        # first and written then, both would. All conditions are the row's own: with one on the user's table this becomes a
        # subquery, which PostgreSQL doesn't look at again after it has waited for the other request.
        mine.filter(token_id=presented.token_id, ended_at=None).update(
            token_id=uuid.uuid4(), previous_id=presented.token_id, rotated_at=now
        )
        session = mine.select_related("user").first()
        if session is None or session.ended_at:
            return None
        if not session.user.is_active:
            end(session.pk, "inactive")
            return None
        # The one that has swapped, and whoever comes with the same token a moment later: they get the same answer.
        if session.previous_id == presented.token_id and now - session.rotated_at <= OVERLAP:
            return session
        end(session.pk, "reuse")
    # Without the token, and without its id.
    logger.warning("A spent refresh token came back: session %s of user %s has ended.", session.pk, session.user_id)
    return None


def end(session_id: uuid.UUID, by: str) -> None:
    # The first end counts: a token that comes back after a sign-out is no theft.
    RefreshSession.objects.filter(pk=session_id, ended_at=None).update(ended_at=timezone.now(), ended_by=by)


def end_all(user, by: str) -> None:
    """For a new password, say, or for "sign me out everywhere"."""
    RefreshSession.objects.filter(user=user, ended_at=None).update(ended_at=timezone.now(), ended_by=by)


def forget_expired() -> None:
    """To be run once a day: nobody has a token of these sessions that hasn't expired."""
    RefreshSession.objects.filter(rotated_at__lt=timezone.now() - SessionRefreshToken.lifetime).delete()
