"""FastAPI with python-jose: a refresh token in a cookie, which each refresh rotates, and JWTs for an API."""

import secrets
import socket
import time

import uvicorn
from fastapi import Body, Cookie, Depends, FastAPI, Header, HTTPException, Response
from fastapi.security import OAuth2PasswordBearer
from jose import JWTError, jwt
from serving import serving

KEY = secrets.token_hex(32)
# Seconds.
OVERLAP = 5

app = FastAPI()
# By the first half of their tokens: all that descends from one sign-in.
families = {}
issued = set()
refused = set()
seen = {"refreshes": 0, "spent": ""}


def answer(response: Response, family: dict) -> dict:
    # Without an id, two tokens of one second would be the same.
    claims = {"sub": family["user"], "jti": secrets.token_hex(8), "exp": int(time.time()) + 60}
    issued.add(claims["jti"])
    response.set_cookie("refresh_token", family["token"], httponly=True, samesite="strict", path="/auth")
    response.headers["Cache-Control"] = "no-store"
    return {"access_token": jwt.encode(claims, KEY, "HS256"), "token_type": "bearer", "expires_in": 60}


def not_a_form(x_requested_with: str = Header(default="")):
    """A form of another site can't send this header."""
    if not x_requested_with:
        raise HTTPException(403, "CSRF")


def user_of(token: str = Depends(OAuth2PasswordBearer("auth/login"))) -> str:
    try:
        claims = jwt.decode(token, KEY, ["HS256"])
    except JWTError:
        claims = {}
    if claims.get("jti") not in issued - refused:
        raise HTTPException(401, "Could not validate credentials", {"WWW-Authenticate": "Bearer"})
    return claims["sub"]


# All of it runs on one event loop without a pause in between, so no two rotations meet.
@app.post("/auth/login")
async def login(response: Response, user: str = Body(embed=True)):
    name = secrets.token_hex(8)
    families[name] = {"user": user, "token": f"{name}.{secrets.token_hex(16)}", "before": "", "spent_at": 0.0}
    return answer(response, families[name])


@app.post("/auth/refresh", dependencies=[Depends(not_a_form)])
async def refresh(response: Response, refresh_token: str = Cookie()):
    seen["refreshes"] += 1
    name = refresh_token.partition(".")[0]
    family = families.get(name)
    if family is None:
        raise HTTPException(401, "The session is over")
    if refresh_token == family["token"]:
        seen["spent"] = refresh_token
        family.update(token=f"{name}.{secrets.token_hex(16)}", before=refresh_token, spent_at=time.monotonic())
    elif refresh_token != family["before"] or time.monotonic() - family["spent_at"] > OVERLAP:
        del families[name]
        raise HTTPException(401, "The token was spent before")
    return answer(response, family)


@app.post("/auth/logout", status_code=204, dependencies=[Depends(not_a_form)])
async def logout(response: Response, refresh_token: str = Cookie(default="")):
    families.pop(refresh_token.partition(".")[0], None)
    response.delete_cookie("refresh_token", path="/auth")


@app.get("/api/me")
async def me(user: str = Depends(user_of)):
    return {"user": user}


def pass_overlap():
    for family in families.values():
        family["spent_at"] -= OVERLAP


if __name__ == "__main__":
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(256)
    serving(
        listener.getsockname()[1],
        look=lambda: {**seen, "sessions": len(families)},
        expire=lambda: refused.update(issued),
        end=families.clear,
        pass_overlap=pass_overlap,
    )
    uvicorn.Server(uvicorn.Config(app, log_level="warning")).run([listener])
