/** With `--hint-cookie`: the cookie beside the refresh token's that scripts read, as the client's option `hintCookie` needs it. */

import { type Cookie, goesTo, isDeleted, isSameCookie, placeOf } from '../cookies.js';
import { type Answer, isOver } from '../exchange.js';
import { broken, type Finding, kept, unchecked, unclear } from '../finding.js';
import { decoded } from '../request-parts.js';
import type { RuleId } from '../rules.js';
import type { Session } from '../sessions.js';
import { type FirstRefresh, type Stage, sessionFor } from '../stage.js';
import { ofBoth, secure } from './cookie.js';
import { deletion } from './deletion.js';

const OF_COOKIE: readonly RuleId[] = [
  'hint-readable',
  'hint-reach',
  'hint-secure',
  'hint-same-site',
  'hint-expiry',
  'hint-value',
  'hint-secret',
];

export function checkHintCookie({ options, endpoint, report }: Stage, first: FirstRefresh): void {
  const { answer, session, hint: signedIn } = first;
  const { url, origin = url, hintCookie } = options;
  const ofAnswer = answer.setCookies.find(({ name }) => name === hintCookie);
  const set = ofAnswer && !isDeleted(ofAnswer, answer.receivedAt) ? ofAnswer : undefined;
  const token = endpoint.cookieIn(answer, session);
  report.tell('hint-set', setting(signedIn, set, token, answer));
  const hint = set ?? signedIn;
  if (!hint) {
    for (const id of OF_COOKIE) report.tell(id, unchecked('there is none'));
    return;
  }
  report.tell('hint-readable', ofBoth(signedIn, set, readable));
  report.tell(
    'hint-reach',
    ofBoth(signedIn, set, (each, who) => reach(each, who, origin, set && signedIn)),
  );
  report.tell(
    'hint-secure',
    ofBoth(signedIn, set, (each, who) => secure(each, who, url)),
  );
  report.tell(
    'hint-same-site',
    set ? sameSite(set, token) : unclear("no refresh sets it, and a cookie jar doesn't hold SameSite"),
  );
  report.tell(
    'hint-expiry',
    ofBoth(signedIn, set, (each, who) => expiry(each, who, each === set ? (token ?? first.signedIn) : first.signedIn)),
  );
  report.tell('hint-value', token ? value(signedIn, set) : unchecked('the refresh token stays the same'));
  report.tell('hint-secret', secrecy([signedIn, set], first, token));
}

/** @param token the refresh token's cookie, where the refresh has set one */
function setting(
  signedIn: Cookie | undefined,
  set: Cookie | undefined,
  token: Cookie | undefined,
  { setCookies }: Answer,
): Finding {
  if (!signedIn && !set) return broken('neither the sign-in nor a refresh sets it');
  if (!signedIn) return broken("the sign-in doesn't set it: on the next page its user counts as a visitor");
  if (!token) return kept();
  if (!set) return broken('a refresh sets the refresh token without it');
  if (setCookies.indexOf(set) < setCookies.indexOf(token)) {
    return broken('a refresh sets it before the refresh token, which may not be there yet for who sees it change');
  }
  return kept();
}

const readable = ({ isHttpOnly }: Cookie, who: string): Finding =>
  isHttpOnly ? broken(`${who} is HttpOnly: the page takes everybody for a visitor`) : kept();

/** @param before what the refresh has to replace */
function reach(hint: Cookie, who: string, page: URL, before: Cookie | undefined): Finding {
  const { path, domain, isPartitioned } = hint;
  if (path !== '/') return broken(`${who} has Path=${path}: the pages of other paths can't read it`);
  if (!goesTo(hint, new URL('/', page))) {
    return broken(
      `${who} goes to ${domain}, and the pages are on ${page.hostname}`,
      'Set the Domain that both hosts have in common.',
    );
  }
  // A jar doesn't say what is partitioned.
  const replaced = before && { ...before, isPartitioned };
  if (replaced && !isSameCookie(replaced, hint)) {
    return broken(
      `it has ${placeOf(replaced)} by the sign-in and ${placeOf(hint)} by the refresh, so browsers keep both`,
      'Set both with the same Path and Domain.',
    );
  }
  return kept();
}

function sameSite({ sameSite, isSecure, isPartitioned }: Cookie, token: Cookie | undefined): Finding {
  if (sameSite === undefined) return broken('it has no SameSite, which each browser reads in its own way');
  if (sameSite === 'none' && !isSecure) {
    return broken('SameSite=None counts with Secure only: browsers drop the cookie');
  }
  const isForFrames = token?.sameSite === 'none';
  if (isForFrames && (sameSite !== 'none' || isPartitioned !== token.isPartitioned)) {
    return broken(
      "the refresh token's cookie is for frames of other sites, and this one isn't there with it",
      'Set both with SameSite=None; Secure; Partitioned.',
    );
  }
  switch (sameSite) {
    case 'lax':
      return kept('Lax');
    case 'none':
      return isForFrames ? kept("None, as the refresh token's") : broken("it is None, and the refresh token's isn't");
    case 'strict':
      return unclear('it is Strict: whether a page reads it after a link from another site is up to the browser');
    default:
      return broken('its SameSite is none of Strict, Lax, None');
  }
}

/** Milliseconds; a jar has whole seconds, and `Expires` is by the server's clock. */
const TOLERANCE = 5_000;

function expiry({ expires }: Cookie, who: string, token: Cookie | undefined): Finding {
  const until = token?.expires;
  if (until === undefined) return kept();
  const cost = 'then its user counts as a visitor';
  if (expires === undefined) return broken(`${who} ends with the browser, and the refresh token doesn't: ${cost}`);
  if (expires >= until - TOLERANCE) return kept();
  return broken(`${who} expires ${Math.round((until - expires) / 1_000)} s before the refresh token: ${cost}`);
}

/** The client reads it so: src/session/session-hint.ts. */
const sessionIn = ({ value }: Cookie): string | undefined => decoded(value)?.split('.')[0];

function value(signedIn: Cookie | undefined, set: Cookie | undefined): Finding {
  if (!signedIn || !set) return unchecked('there is one alone');
  if (signedIn.value === set.value) {
    return broken("it stays the same: a page can't see that the answer has come which a closed tab has left behind");
  }
  if (sessionIn(signedIn) === sessionIn(set)) return kept();
  return unclear(
    'the part before the first dot changes, too: a refresh by another subdomain looks like another session',
    'Keep the part before the first dot for as long as the session lasts, and change the part after it.',
  );
}

/** Shorter parts may be the same by chance. */
const LEAST_LENGTH = 8;

function secrecy(
  hints: readonly (Cookie | undefined)[],
  { answer, spent }: FirstRefresh,
  token: Cookie | undefined,
): Finding {
  const accessToken = answer.verdict.verdict === 'renewed' ? answer.verdict.grant.accessToken.value : undefined;
  const tokens = [spent, token?.value, accessToken].flatMap((each) => decoded(each) ?? []);
  for (const hint of hints) {
    const text = decoded(hint?.value) ?? '';
    if (/eyJ[\w-]+\.[\w-]+\./.test(text)) return broken('it holds a JWT, which any script can take away');
    const parts = [text, ...text.split('.')].filter(({ length }) => length >= LEAST_LENGTH);
    if (tokens.some((each) => text.includes(each) || parts.some((part) => each.includes(part)))) {
      return broken('it holds a token, or a part of one, which any script can take away');
    }
  }
  return kept();
}

/** Signs in once more. */
export async function checkHintOfSessions(stage: Stage, { hint }: FirstRefresh): Promise<void> {
  const { report, options } = stage;
  if (!options.hintCookie) return;
  if (!options.signIn) return report.tell('hint-session', unchecked('give --sign-in'));
  const session = await sessionFor(stage, 'hint-session');
  const other = session && hintIn(stage, session);
  if (!hint || !other) return report.tell('hint-session', unchecked("the sign-in doesn't set it"));
  const isSame = sessionIn(hint) === sessionIn(other);
  const why = 'two sign-ins have the same text before the first dot: tabs miss that somebody else has signed in';
  report.tell('hint-session', isSame ? broken(why) : kept());
}

export const hintIn = ({ options }: Stage, { cookies }: Session): Cookie | undefined =>
  cookies.find(({ name }) => name === options.hintCookie);

/** Of the sign-out, or of a refusal. */
export function hintDeletion(stage: Stage, session: Session, answer: Answer): Finding {
  const hint = hintIn(stage, session);
  return hint
    ? deletion(hint, answer, 'the next page load costs a refresh that is refused')
    : unchecked('there was none');
}

/** A refusal of a refresh whose token isn't good, or no longer. */
export const hintAfterRefusal = (stage: Stage, session: Session, answer: Answer): Finding =>
  isOver(answer) ? hintDeletion(stage, session, answer) : unchecked("the answer doesn't say that the session is over");
