/** What `--help` prints, and what follows a wrong argument. */

export const USAGE = `Says what of the contract of docs/server.md a running auth server keeps.

  npx silent-refresh check URL [options]

  npx silent-refresh check http://localhost:3000/auth/refresh \\
    --sign-in 'curl -s -c "$COOKIE_JAR" -d user=ada http://localhost:3000/auth/login'

  --sign-in COMMAND      a shell command that signs in, and writes a Netscape cookie jar (curl -c) to the file
                         $COOKIE_JAR; it runs for each fresh session, and has 60 s for it
  --cookie-jar FILE      a cookie jar with one session, instead of --sign-in
  --cookie NAME          the cookie that holds the refresh token; found out if left out
  --hint-cookie NAME     the cookie beside it that scripts may read, as with the client's option hintCookie
  --body FORMAT          the refresh token goes in the body: form, json, form:FIELD or json:FIELD; FIELD is
                         refresh_token if left out. The sign-in command prints the JSON that the login answers
  --client-id ID         with --body: the field client_id
  --sign-out URL         the address of the sign-out; with --body, that of the revocation
  --sign-out-body FORMAT with --body: how the revocation gets the token, as --body has it; if left out, the form
                         of RFC 7009
  --origin ORIGIN        where the pages are, if they are on another origin: checks CORS for them
  --csrf COOKIE=HEADER   double-submit protection: the cookie's value is sent in the header
  --header 'NAME: VALUE' sent along with each request, such as an API key; may be given several times
  --overlap SECONDS      how long the server accepts a spent token (30); the command waits for that time
  --remote               allows a server that is not on this machine. The command sends spent and forged tokens:
                         to a server in use that looks like an attack, so only check one that is yours
  --help                 prints this

Exit code: 0 if nothing is broken, 1 if something is, 2 if it couldn't be checked.
What wasn't checked doesn't count: the last line says how much that is.`;
