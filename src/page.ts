/** The page that the client runs in, and URLs as seen from it. */

/** What relative URLs are resolved against, as `fetch` does it; `undefined` on a server, where there is no page. */
export const baseUrl = (): string | undefined => globalThis.document?.baseURI ?? globalThis.location?.href;

/** The absolute URL, or `undefined` for what isn't one. */
export function resolveUrl(url: string | URL): URL | undefined {
  try {
    return new URL(url, baseUrl());
  } catch {
    return undefined;
  }
}

/** Origin and path: how errors and events name a request, since a query string may hold secrets. */
export const withoutQuery = (url: URL): string => url.origin + url.pathname;
