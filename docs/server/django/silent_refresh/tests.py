"""What a project can run over its own settings: `manage.py test silent_refresh`."""

from datetime import timedelta

from django.contrib.auth import get_user_model
from django.db.models import F
from django.test import Client, TestCase
from django.urls import reverse

from . import cookies, rotation, views
from .models import RefreshSession


class Endpoints(TestCase):
    def setUp(self):
        self.user = get_user_model().objects.create_user("ada", password="secret")
        self.client = Client(enforce_csrf_checks=True)
        self.client.get(reverse(views.csrf))

    def post(self, view, **fields):
        csrf = self.client.cookies["csrftoken"].value
        return self.client.post(reverse(view), fields, HTTP_X_CSRFTOKEN=csrf)

    def sign_in(self):
        return self.post(views.login, username="ada", password="secret")

    @property
    def token(self):
        return self.client.cookies[cookies.NAME].value

    @token.setter
    def token(self, value):
        self.client.cookies[cookies.NAME] = value

    def ended_by(self):
        return RefreshSession.objects.get().ended_by

    def age(self):
        """The overlap is over."""
        by = rotation.OVERLAP + timedelta(seconds=1)
        RefreshSession.objects.update(rotated_at=F("rotated_at") - by)

    def test_a_login_gives_an_access_token_and_hides_the_other(self):
        answer = self.sign_in()
        self.assertEqual(set(answer.json()), {"access_token", "token_type", "expires_in"})
        self.assertIn("no-store", answer["Cache-Control"])
        cookie = answer.cookies[cookies.NAME]
        self.assertTrue(cookie["httponly"])
        self.assertEqual((cookie["samesite"], cookie["path"]), ("Strict", cookies.PATH))

    def test_a_wrong_password_begins_no_session(self):
        self.assertEqual(self.post(views.login, username="ada", password="wrong").status_code, 401)
        self.assertFalse(RefreshSession.objects.exists())

    def test_a_refresh_rotates_the_token(self):
        self.sign_in()
        first = self.token
        self.assertEqual(self.post(views.refresh).status_code, 200)
        self.assertNotEqual(self.token, first)
        self.assertEqual(self.post(views.refresh).status_code, 200)

    def test_a_token_just_spent_gets_the_same_answer(self):
        self.sign_in()
        first = self.token
        self.post(views.refresh)
        second, self.token = self.token, first
        self.assertEqual(self.post(views.refresh).status_code, 200)
        self.assertEqual(self.token, second)

    def test_a_token_spent_a_while_ago_ends_the_session(self):
        self.sign_in()
        first = self.token
        self.post(views.refresh)
        second, self.token = self.token, first
        self.age()
        with self.assertLogs(rotation.logger) as logs:
            self.assertEqual(self.post(views.refresh).status_code, 401)
        self.assertNotIn(first, str(logs.output))
        self.assertEqual(self.ended_by(), "reuse")
        self.token = second
        self.assertEqual(self.post(views.refresh).status_code, 401)

    def test_the_token_before_the_last_ends_the_session_at_once(self):
        self.sign_in()
        first = self.token
        self.post(views.refresh)
        self.post(views.refresh)
        self.token = first
        with self.assertLogs(rotation.logger):
            self.assertEqual(self.post(views.refresh).status_code, 401)
        self.assertEqual(self.ended_by(), "reuse")

    def test_a_logout_ends_the_session_and_deletes_the_cookie(self):
        self.sign_in()
        token = self.token
        answer = self.post(views.logout)
        self.assertEqual(answer.status_code, 204)
        self.assertEqual(answer.cookies[cookies.NAME].value, "")
        self.token = token
        self.assertEqual(self.post(views.refresh).status_code, 401)
        self.assertEqual(self.ended_by(), "sign-out")

    def test_a_logout_with_a_spent_token_ends_the_session_too(self):
        self.sign_in()
        first = self.token
        self.post(views.refresh)
        self.token = first
        self.post(views.logout)
        self.assertEqual(self.ended_by(), "sign-out")

    def test_an_account_that_is_disabled_gets_no_more_tokens(self):
        self.sign_in()
        get_user_model().objects.update(is_active=False)
        self.assertEqual(self.post(views.refresh).status_code, 401)
        self.assertEqual(self.ended_by(), "inactive")

    def test_all_sessions_of_a_user_end(self):
        self.sign_in()
        rotation.end_all(self.user, "new password")
        self.assertEqual(self.post(views.refresh).status_code, 401)

    def test_what_is_no_token_is_no_session(self):
        for token in ["", "x", "a.b.c"]:
            self.token = token
            self.assertEqual(self.post(views.refresh).status_code, 401)

    def test_a_request_without_its_csrf_token_is_refused_and_spends_nothing(self):
        self.sign_in()
        token = self.token
        for view in [views.login, views.refresh, views.logout]:
            self.assertEqual(self.client.post(reverse(view)).status_code, 403)
        self.assertEqual(self.token, token)
        self.assertEqual(self.ended_by(), "")

    def test_a_refusal_sets_a_lost_csrf_cookie_again(self):
        self.sign_in()
        del self.client.cookies["csrftoken"]
        answer = self.client.post(reverse(views.refresh))
        self.assertIn("CSRF", answer.json()["detail"])
        self.assertEqual(self.post(views.refresh).status_code, 200)

    def test_sessions_that_nobody_can_reach_are_forgotten(self):
        self.sign_in()
        rotation.forget_expired()
        self.assertTrue(RefreshSession.objects.exists())
        RefreshSession.objects.update(rotated_at=F("rotated_at") - timedelta(days=366))
        rotation.forget_expired()
        self.assertFalse(RefreshSession.objects.exists())
