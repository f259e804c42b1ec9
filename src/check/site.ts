/** Whether two URLs are of one site: whether a `SameSite` cookie goes along. */

/** https://html.spec.whatwg.org/#same-site: the scheme counts, the port doesn't. */
export const isSameSite = (a: URL, b: URL): boolean =>
  a.protocol === b.protocol && siteOf(a.hostname) === siteOf(b.hostname);

/**
 * An estimate, since the list of public suffixes (https://publicsuffix.org) has thousands of entries: two labels, or three
 * where the last two are short, as in `example.co.uk`.
 */
function siteOf(hostname: string): string {
  // An address has no labels.
  if (hostname.startsWith('[') || /^[\d.]+$/.test(hostname)) return hostname;
  const labels = hostname.split('.');
  const hasTwoPartSuffix = (labels.at(-2)?.length ?? 0) <= 3 && (labels.at(-1)?.length ?? 0) <= 2;
  return labels.slice(hasTwoPartSuffix ? -3 : -2).join('.');
}
