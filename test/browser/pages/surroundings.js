/** Runs before the client: keeps all that the page prints, and makes the surroundings that its address asks for. */

const asked = new URLSearchParams(location.search);

/** Also what the policy forbids, and what nobody has caught. */
const printed = [];
const print = (...said) => void printed.push(said.map(String).join(' '));
for (const method of ['log', 'info', 'warn', 'error', 'debug']) console[method] = print;
addEventListener('error', ({ message }) => print('uncaught:', message));
addEventListener('unhandledrejection', ({ reason }) => print('unhandled:', reason));
document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
  print('forbidden:', violatedDirective, blockedURI),
);

/** Sets the page's clocks forward, or back: what a machine's sleep does to both, or to one of them. */
const wallClock = Date.now;
const monotonicClock = performance.now.bind(performance);
const shifted = { wall: 0, monotonic: 0 };
Date.now = () => wallClock() + shifted.wall;
performance.now = () => monotonicClock() + shifted.monotonic;

window.surroundings = {
  printed,
  /** Whether it comes from the back/forward cache. */
  isRestored: false,
  shiftClocks({ wall, monotonic }) {
    shifted.wall += wall;
    shifted.monotonic += monotonic;
  },
};

/** `?without=locks`: as in a browser, or on a page, that lacks it. */
const missing = {
  locks: () => Object.defineProperty(navigator, 'locks', { value: undefined }),
  BroadcastChannel: () => Reflect.deleteProperty(globalThis, 'BroadcastChannel'),
  cookieStore: () => Object.defineProperty(globalThis, 'cookieStore', { value: undefined }),
};
for (const name of asked.getAll('without')) missing[name]();

/** `?wire=2`: a client of another release, whose messages, and words left as locks, have another version. */
if (asked.has('wire')) {
  const wire = Number(asked.get('wire'));
  const NativeChannel = globalThis.BroadcastChannel;
  const versioned = (message, v) => ({ ...message, data: { ...message.data, v } });
  globalThis.BroadcastChannel = class extends NativeChannel {
    postMessage(message) {
      super.postMessage(versioned(message, wire));
    }
    set onmessage(listener) {
      super.onmessage = ({ data }) => listener({ data: versioned(data, data.data?.v === wire ? 1 : -1) });
    }
  };
  const { locks } = navigator;
  const words = (held) => held.map(({ name }) => ({ name: name.replace('@{', '@?{').replace(`@${wire}{`, '@{') }));
  Object.defineProperty(navigator, 'locks', {
    value: {
      request: (name, ...rest) => locks.request(name.replace('@{', `@${wire}{`), ...rest),
      query: () => locks.query().then(({ held }) => ({ held: words(held) })),
    },
  });
}

addEventListener('pageshow', ({ persisted }) => {
  window.surroundings.isRestored = persisted;
});
