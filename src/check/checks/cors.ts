/** What browsers ask of an auth server on another origin than the pages. */

import type { Answer } from '../exchange.js';
import { broken, type Finding, kept, unchecked } from '../finding.js';
import type { FirstRefresh, Stage } from '../stage.js';

/** @param refused the answer to a visitor */
export async function checkCors(stage: Stage, refused: Answer): Promise<void> {
  const { options, endpoint, report } = stage;
  const { origin, url, body, csrf, headers } = options;
  // Also where the pages have the server's own origin: others may be allowed all the same.
  report.tell('cors-foreign', await foreignOrigins(stage, origin ?? url));
  if (!origin) return;
  report.tell('cors-refusal', finding(whyUnreadable(refused, origin.origin, !body)));
  // https://fetch.spec.whatwg.org/#cors-safelisted-request-header: as a form of any page may be sent.
  if (body?.format === 'form' && !Object.keys(headers).length)
    report.tell('cors-preflight', unchecked('a form needs none'));
  const preflight = await endpoint.preflight(url, origin.origin);
  const asked = [
    ...(body ? ['Content-Type'] : ['X-Requested-With', ...(csrf ? [csrf.header] : [])]),
    ...Object.keys(headers),
  ];
  report.tell('cors-preflight', finding(whyNotAllowed(preflight, origin.origin, asked, !body)));
}

async function foreignOrigins({ endpoint, options }: Stage, origin: URL): Promise<Finding> {
  // Another site, a frame without an origin, and a name that only begins like the right one.
  for (const foreign of ['https://attacker.example', 'null', `${origin.origin}.attacker.example`]) {
    const answers = [
      await endpoint.preflight(options.url, foreign),
      await endpoint.refreshAsVisitor({ origin: foreign }),
    ];
    if (answers.some((answer) => whyUnreadable(answer, foreign, true) === undefined)) {
      return broken(`Origin: ${foreign} is allowed: its pages can take tokens`);
    }
  }
  return kept();
}

export function checkCorsOfToken(stage: Stage, { answer }: FirstRefresh): void {
  const { origin, body } = stage.options;
  if (!origin) return;
  stage.report.tell('cors-answer', finding(whyUnreadable(answer, origin.origin, !body)));
  const exposed = namesIn(answer, 'access-control-expose-headers');
  const missing = ['Date', 'Retry-After'].filter((name) => !exposed.includes(name.toLowerCase()));
  // Without credentials the wildcard counts.
  const isMissing = missing.length > 0 && !(body && exposed.includes('*'));
  stage.report.tell('cors-expose', isMissing ? broken(`${missing.join(' and ')} can't be read`) : kept());
}

const finding = (why: string | undefined): Finding =>
  why === undefined ? kept() : broken(why, why === WILDCARD ? NO_WILDCARD : undefined);

const WILDCARD = 'Access-Control-Allow-Origin is *, which browsers refuse with cookies';
const NO_WILDCARD =
  "Send the page's exact origin instead of *, and Access-Control-Allow-Credentials: true, with each answer.";

/** https://fetch.spec.whatwg.org/#cors-check; `undefined`: the page may read it. */
function whyUnreadable({ headers, status, why }: Answer, origin: string, hasCredentials: boolean): string | undefined {
  if (status === 0) return why;
  const allowed = headers.get('access-control-allow-origin');
  if (allowed === null) return 'there is no Access-Control-Allow-Origin';
  if (allowed === '*' && !hasCredentials) return undefined;
  if (allowed === '*') return WILDCARD;
  if (allowed !== origin) return 'Access-Control-Allow-Origin names another origin';
  const isAllowed = !hasCredentials || headers.get('access-control-allow-credentials') === 'true';
  return isAllowed ? undefined : "Access-Control-Allow-Credentials isn't true";
}

/** @param asked the headers that the client sends */
function whyNotAllowed(
  answer: Answer,
  origin: string,
  asked: readonly string[],
  hasCredentials: boolean,
): string | undefined {
  if (answer.status < 200 || answer.status > 299)
    return `OPTIONS: ${answer.status ? `it answered ${answer.status}` : answer.why}`;
  const unreadable = whyUnreadable(answer, origin, hasCredentials);
  if (unreadable) return unreadable;
  const allowed = namesIn(answer, 'access-control-allow-headers');
  const refused = asked.filter((name) => !allowed.includes(name.toLowerCase()));
  if (!refused.length || (!hasCredentials && allowed.includes('*'))) return undefined;
  const because = allowed.includes('*') ? ': with cookies * is no wildcard' : '';
  return `Access-Control-Allow-Headers lacks ${refused.join(' and ')}${because}`;
}

const namesIn = ({ headers }: Answer, name: string): string[] =>
  (headers.get(name) ?? '').split(',').map((each) => each.trim().toLowerCase());
