/** Runs after the client, and at once: does what the page's address asks for, and keeps what comes of it. */

const { auth, signInAs } = window.demo;
const statusOf = ({ status }) => status;

const acts = {
  request: () => Promise.all([1, 2, 3].map((each) => auth.fetch(`/api/me?${each}`).then(statusOf))),
  restore: () => auth.restore().then(statusOf),
  signIn: () => signInAs('bob').then(statusOf),
  signOut: () => auth.signOut().then(({ serverConfirmed }) => serverConfirmed),
};

const failures = [];
auth.on('refresh-failed', ({ error }) => void failures.push(error.message));
const act = new URLSearchParams(location.search).get('act');
window.act = {
  wasPrerendering: document.prerendering === true,
  failures,
  outcome: acts[act]().catch(({ code, message }) => [code, message]),
};

/** Nobody can look into a page that isn't shown yet: it reports to the server, by requests that nobody answers for. */
const report = (name) => fetch('/api/me', { headers: { 'X-Request-Id': name } });
report('begun');
const { refreshTimeout } = JSON.parse(new URLSearchParams(location.search).get('options') ?? '{}');
if (refreshTimeout) setTimeout(() => report('out-of-time'), refreshTimeout * 1.5);
