/** Cookies that scripts may read: that of the option `csrf`, and that of the option `hintCookie`. */

export function readCookie(name: string): string | undefined {
  const cookies = globalThis.document?.cookie.split('; ');
  const value = cookies?.find((each) => each.startsWith(`${name}=`))?.slice(name.length + 1);
  try {
    // Laravel and others encode the value, and expect it decoded.
    return value && decodeURIComponent(value);
  } catch {
    return value;
  }
}

/** What the server says of the session to scripts. It isn't proof: only the token endpoint can say who is signed in. */
export interface HintCookie {
  /** Its value; empty: there is none. `undefined`: that isn't known, in a worker, say, or without the option. */
  read(): string | undefined;
  /** Runs the listener when it has changed, where the browser tells that; returns its undo. */
  onChange(listener: () => void): () => void;
}

export const createHintCookie = (name: string | undefined): HintCookie => ({
  read() {
    try {
      return name && globalThis.document ? (readCookie(name) ?? '') : undefined;
    } catch {
      // A sandboxed frame has no cookies: https://html.spec.whatwg.org/#dom-document-cookie
      return undefined;
    }
  },

  // Chromium 87, Firefox 140, Safari 18.4: https://cookiestore.spec.whatwg.org/
  onChange(listener) {
    const store = name ? globalThis.cookieStore : undefined;
    const onEvent = ({ changed, deleted }: CookieChangeEvent) => {
      if ([...changed, ...deleted].some((cookie) => cookie.name === name)) listener();
    };
    store?.addEventListener('change', onEvent);
    return () => store?.removeEventListener('change', onEvent);
  },
});
