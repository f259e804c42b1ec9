"""Flask-JWT-Extended as its documentation has it: explicit refreshing, its own CSRF double submit, and a blocklist."""

import secrets
from datetime import timedelta

from flask import Flask, jsonify, request
from flask_jwt_extended import (
    JWTManager,
    create_access_token,
    create_refresh_token,
    get_jti,
    get_jwt,
    get_jwt_identity,
    jwt_required,
    set_refresh_cookies,
    unset_refresh_cookies,
)
from serving import serving
from werkzeug.serving import WSGIRequestHandler, make_server

app = Flask(__name__)
app.config.update(
    JWT_SECRET_KEY=secrets.token_hex(32),
    # The access token comes in a header, the refresh token in a cookie.
    JWT_TOKEN_LOCATION=["headers", "cookies"],
    JWT_ACCESS_TOKEN_EXPIRES=timedelta(minutes=1),
    JWT_COOKIE_SAMESITE="Strict",
    # Over http on this machine, for tests only.
    JWT_COOKIE_SECURE=False,
    # The cookie with the CSRF token has the path / by default, so that each page can read it.
    JWT_REFRESH_COOKIE_PATH="/auth",
)
jwt = JWTManager(app)
# By their ids.
issued = {"access": set(), "refresh": set()}
blocklist = set()
seen = {"refreshes": 0}


@jwt.token_in_blocklist_loader
def is_blocked(_header, claims):
    return claims["jti"] in blocklist


@app.after_request
def count(response):
    response.headers["Cache-Control"] = "no-store"
    seen["refreshes"] += request.path == "/auth/refresh"
    return response


def answer(user):
    token = create_access_token(user)
    issued["access"].add(get_jti(token))
    return jsonify(access_token=token, expires_in=60)


@app.post("/auth/login")
def login():
    user = request.json["user"]
    token = create_refresh_token(user)
    issued["refresh"].add(get_jti(token))
    response = answer(user)
    set_refresh_cookies(response, token)
    return response


@app.post("/auth/refresh")
@jwt_required(refresh=True)
def refresh():
    return answer(get_jwt_identity())


@app.post("/auth/logout")
@jwt_required(refresh=True)
def logout():
    blocklist.add(get_jwt()["jti"])
    response = jsonify(msg="signed out")
    unset_refresh_cookies(response)
    return response


@app.get("/api/me")
@jwt_required()
def me():
    return jsonify(user=get_jwt_identity())


class Quiet(WSGIRequestHandler):
    def log_request(self, *_):
        pass


if __name__ == "__main__":
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    serving(
        server.server_port,
        look=lambda: {**seen, "sessions": len(issued["refresh"] - blocklist)},
        expire=lambda: blocklist.update(issued["access"]),
        end=lambda: blocklist.update(issued["refresh"]),
    )
    server.serve_forever()
