/** Faults put into the client on purpose. The simulation must find each of them: a rule that can't fail proves nothing. */

import { type Fault, fault } from './fault.ts';
import { FAULTS_OF_HINTS } from './of-hints.ts';
import { FAULTS_WITHOUT_COOKIE } from './without-cookie.ts';

/** Of the turns that tabs take, and of what they tell each other. */
const TURNS_AND_MESSAGES: readonly Fault[] = [
  fault(
    'no second look under the lock',
    'refresh/refresh-round.ts',
    "if (hasChanged(parts, flight)) {\n    DEVELOPMENT: emit(session.listeners, 'refresh-not-needed'",
    "if (session.disposed.isOpen) {\n    DEVELOPMENT: emit(session.listeners, 'refresh-not-needed'",
  ),
  fault(
    'the lock is let go before the work is done',
    'tabs/tab-lock.ts',
    'const takeTurnUnderLock = () => takeTurn().finally(() => signal.aborted || abortable(managerAnswered(), signal));',
    'const takeTurnUnderLock = async () => void takeTurn();',
  ),
  fault(
    'the lock is let go before the mark of the handover stands',
    'tabs/tab-lock.ts',
    'takeTurn().finally(() => signal.aborted || abortable(managerAnswered(), signal))',
    'takeTurn()',
  ),
  fault(
    'nobody waits for the message that is on its way',
    'tabs/session-sync.ts',
    'if (left <= 0 || !(await isHandoverPending(peers, session))) return;',
    'return;',
  ),
  fault(
    'the generation is ignored',
    'session/session-record.ts',
    'return a.generation > b.generation;',
    'return false;',
  ),
  fault(
    'an older record is adopted',
    'session/session-record.ts',
    'if (a.epoch !== b.epoch) return a.epoch > b.epoch;',
    'if (a.epoch !== b.epoch) return true;',
  ),
  fault(
    'locks by name alone',
    'client-options.ts',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the source that is looked for.
    'lockNames: [...new Set([`silent-refresh:${name}`, `silent-refresh:${address ?? name}`])]',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the source that takes its place.
    'lockNames: [`silent-refresh:${name}`]',
  ),
  fault(
    'a frozen page keeps its place in line',
    'tabs/tab-lock.ts',
    "document?.addEventListener('freeze', onFreeze);",
    '',
  ),
  fault(
    'a prerendered page counts the time until it is shown',
    'page.ts',
    'while ((isPrerendering() || life.isFrozen) && !disposed.isOpen) {',
    'while (life.isFrozen && !disposed.isOpen) {',
  ),
];

/** Of the refresh and its request. */
const REFRESH: readonly Fault[] = [
  fault('no keepalive', 'refresh/auth-request.ts', 'keepalive: true,', ''),
  fault(
    'no mark of a request under way',
    'refresh/refresh-round.ts',
    "const endMark = markPending(tabs, !cookieSignIn && !isOpen(record) ? 'maybe-visitor' : 'user');",
    'const endMark = async (_end: unknown) => (markPending, isOpen, true);',
  ),
  fault(
    'a late answer is taken all the same',
    'refresh/refresh-round.ts',
    '  if (isLate(parts, flight, record)) {\n    if',
    '  if (false) {\n    if',
  ),
  fault(
    'callers wait for ever',
    'refresh/refresher.ts',
    'const stopTimer = startTimer(caller, () => {',
    'const stopTimer = startTimer(caller * 1e6, () => {',
  ),
  fault(
    'a failure is the end of the session',
    'refresh/refusal.ts',
    'if (OVER.includes(status)) return',
    'if (status >= 400) return',
  ),
  fault(
    'a failure is tried again at once',
    'refresh/cool-down.ts',
    'const ms = Math.max(LEAST_PAUSE, named ?? backoff);',
    'const ms = named ?? 0 * backoff;',
  ),
  {
    name: 'a pause that the server has named is shortened',
    patches: [
      {
        file: 'src/refresh/cool-down.ts',
        find: 'if (told.ms <= left && (coolDown.pause?.isNamed || !told.isNamed)) return false;',
        replace: '',
      },
      { file: 'src/refresh/cool-down.ts', find: 'ms: Math.max(told.ms, left)', replace: 'ms: told.ms' },
      { file: 'src/refresh/cool-down.ts', find: 'length: Math.max(ms, namedLeft),', replace: 'length: ms,' },
    ],
  },
  fault(
    'a pause that the server has named ends with the connection',
    'refresh/cool-down.ts',
    'if (!coolDown.pause?.isNamed) endPause(coolDown);',
    'endPause(coolDown);',
  ),
  fault('a pause is told to nobody', 'refresh/refresh-round.ts', 'if (pause && ms) post(', 'if (false) post('),
  fault(
    'other tabs don’t try again after a short pause',
    'tabs/tab-message.ts',
    'mayRetry: mayRetry === true,',
    'mayRetry: mayRetry === undefined,',
  ),
  fault(
    'today’s token again counts as a failure',
    'refresh/token-response.ts',
    "{ verdict: 'unchanged'",
    "{ verdict: 'unreachable', why: ''",
  ),
  fault(
    'URLs are resolved when the request is sent',
    'refresh/cookie-refresh.ts',
    'const url = resolveUrl(options.url) ?? options.url;',
    'const url = resolveUrl(options.url) && options.url;',
  ),
];

/** Bugs that the simulation has found; see `found/`. */
const FOUND: readonly Fault[] = [
  fault(
    'a login that was given up leaves no doubt when it is answered',
    'lifecycle/sign-in.ts',
    'if (signal.aborted) login?.then(late, late).catch(() => {});',
    '',
  ),
  fault(
    'a pause that the server names in a late answer is ignored',
    'refresh/refresh-round.ts',
    'else if (obeyLatePause(refreshing.coolDown, verdict)) postPause(parts);',
    'void obeyLatePause;',
  ),
];

/** Of users and sessions. */
const USERS: readonly Fault[] = [
  fault(
    'users are compared loosely',
    'session/session-record.ts',
    'if (!subjectA || !subjectB) return a.id === b.id;',
    'if (!subjectA || !subjectB) return true;',
  ),
  fault(
    'a number is no subject',
    'session/access-token.ts',
    "(typeof subject === 'string' && subject) || typeof subject === 'number' ? String(subject) : undefined",
    "typeof subject === 'string' ? subject : undefined",
  ),
  fault(
    'a request goes on as whoever is signed in by now',
    'refresh/usable-token.ts',
    'if (session.disposed.isOpen || session.userVersion !== userVersion)',
    'if (session.disposed.isOpen || userVersion === -1)',
  ),
  fault('a failed sign-in leaves no doubt', 'session/session-changes.ts', 'inDoubt: true };', '};'),
  fault(
    'a sign-in without the turn',
    'lifecycle/sign-in.ts',
    'await runAlone(tabs, async ({ signal, begin }) => {',
    'await ((_: unknown, run: Function) => run({ signal: new AbortController().signal, begin() {} }))(runAlone, async ({ signal, begin }) => {',
    21,
  ),
  fault(
    'a tab that knew nobody loses against a clock set back',
    'session/adopt-record.ts',
    'return theirs.id === record.id ? undefined : beganUnaware;',
    'return undefined;',
    78,
  ),
  fault(
    'the other tabs are told before the record stands',
    'session/record-change.ts',
    '  replaceRecord(session, next);\n  notifyChange(session, source, previous);',
    '  notifyChange(session, source, previous);\n  replaceRecord(session, next);',
  ),
  fault('dispose() leaves its callers waiting', 'client-parts.ts', '  disposed.open();\n', ''),
];

/** Of requests. */
const REQUESTS: readonly Fault[] = [
  fault(
    'a replay that worked counts as refused',
    'http/authorized-fetch.ts',
    'if (await isRefused(settings, parts, sent, response, token)) {',
    'if ((await isRefused(settings, parts, sent, response, token)) || response.status === refusal.status) {',
    23,
  ),
  {
    name: 'only what meets a replay tells that refreshing is of no use',
    patches: [
      {
        file: 'src/http/authorized-fetch.ts',
        find: 'if (asksForRefresh) recordRefused(fruitless, label, token);',
        replace: 'if (asksForRefresh) void recordRefused;',
      },
      {
        file: 'src/refresh/fruitless-refreshes.ts',
        find: '  recordRefused(memory, address, token);\n',
        replace: '',
      },
    ],
  },
  fault(
    'a refresh that is just ending is joined',
    'refresh/refresher.ts',
    'refreshing.flight?.change === session.change;',
    'refreshing.flight?.change === session.change || !!refreshing.flight;',
    1,
  ),
  fault(
    'no floor under refreshes',
    'refresh/fruitless-refreshes.ts',
    'if (memory.hopeless.has(address)) return;',
    'return;',
  ),
  {
    name: 'tokens of unknown expiry are never young, and nothing else limits what 401s ask for',
    patches: [
      {
        file: 'src/refresh/fruitless-refreshes.ts',
        find: 'const isYoung = elapsed(token.receivedAt) < token.lifetime / 2;',
        replace: 'const isYoung = token.lifetime - elapsed(token.receivedAt) > token.lifetime / 2;',
      },
      {
        file: 'src/refresh/fruitless-refreshes.ts',
        find: 'return begun.length < MOST_REFRESHES && begun.filter(({ helped }) => !helped).length < MOST_USELESS_REFRESHES;',
        replace: 'return MOST_REFRESHES + MOST_USELESS_REFRESHES > 0;',
      },
      {
        file: 'src/http/authorized-fetch.ts',
        find: 'recordReplayRefused(refreshing.fruitless, sent.label, token);',
        replace: 'void recordReplayRefused;',
      },
    ],
  },
  fault(
    'a body is read when it is sent',
    'http/replayable-request.ts',
    'if (fixed.body != null) fixed.body = fixBody(fixed.body);',
    'void fixBody;',
  ),
  fault(
    'a late 401 asks for a refresh',
    'refresh/usable-token.ts',
    'return token && token.value !== refused && remaining(token) > 0 ? token : undefined;',
    'return token && refused === undefined && remaining(token) > 0 ? token : undefined;',
  ),
  fault(
    'what was redirected is sent again',
    'http/authorized-fetch.ts',
    'if (answer.redirected && !SAFE_METHODS.includes(method)) {',
    'if (!method) {',
  ),
  fault(
    'a replay after a server error',
    'http/authorized-fetch.ts',
    'const byStatus = status === 401 && !challenge;',
    'const byStatus = (status === 401 && !challenge) || status >= 500;',
  ),
  fault(
    'a challenge that the replay meets is told to nobody',
    'http/authorized-fetch.ts',
    '  if (await isRefused(settings, parts, sent, response, token)) {',
    '  if (await Promise.resolve(false)) {',
    17,
  ),
  fault(
    'an error quotes the token',
    'session/session-gone.ts',
    '{ disposed, record }: Session, label: string): AnyAuthError {',
    '{ disposed, record }: Session, label: string): AnyAuthError {\n  label += record.token?.value ?? "";',
  ),
];

/** Those that tabs, turns and refreshes have. */
export const FAULTS_OF_REFRESHES: readonly Fault[] = [...TURNS_AND_MESSAGES, ...REFRESH];
/** Those that users and their requests meet. */
export const FAULTS_OF_REQUESTS: readonly Fault[] = [...FOUND, ...USERS, ...REQUESTS];
export const FAULTS: readonly Fault[] = [
  ...FAULTS_OF_REFRESHES,
  ...FAULTS_OF_REQUESTS,
  ...FAULTS_OF_HINTS,
  ...FAULTS_WITHOUT_COOKIE,
];
