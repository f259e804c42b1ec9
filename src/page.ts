/** The page that the client runs in. */

/** What relative URLs are resolved against, as `fetch` does it; `undefined` on a server, where there is no page. */
export const baseUrl = (): string | undefined => globalThis.document?.baseURI ?? globalThis.location?.href;
