/** What is known of the page: its address, its origin, and whether it runs. */

import { afterEach, describe, expect, it, vi } from 'vitest';
import { baseUrl, isPrerendering, ownOrigin, pageRuns, resolveUrl, withoutQuery } from '../../src/page.ts';
import { gate } from '../../src/wait.ts';
import { activate, prerender, resume, setBase, show, withoutPage } from '../world/page.ts';
import { standing } from '../world/waiting.ts';

afterEach(() => vi.unstubAllGlobals());

describe('its address', () => {
  it('is the base of its document', () => {
    setBase('https://app.test/shop/');

    expect(baseUrl()).toBe('https://app.test/shop/');
    expect(resolveUrl('../auth/refresh')?.href).toBe('https://app.test/auth/refresh');
  });

  it('is its location in a worker', () => {
    vi.stubGlobal('document', undefined);
    vi.stubGlobal('location', new URL('https://app.test/worker.js'));

    expect(baseUrl()).toBe('https://app.test/worker.js');
  });

  it('isn’t known on a server', () => {
    expect(withoutPage(baseUrl)).toBeUndefined();
    expect(withoutPage(() => resolveUrl('/auth/refresh'))).toBeUndefined();
    expect(withoutPage(() => resolveUrl('https://api.test/orders'))?.href).toBe('https://api.test/orders');
  });

  it('is named without its query string', () => {
    expect(withoutQuery(new URL('https://api.test/orders?key=secret#part'))).toBe('https://api.test/orders');
  });

  it.each(['https://', 'https://a b/'])('%j is none', (url) => {
    expect(resolveUrl(url)).toBeUndefined();
  });
});

describe('its origin', () => {
  const PAGES = [
    ['is what the window says', 'https://app.test', 'https://app.test', 'https://app.test'],
    ['is that of its creator, for a document without an address', 'https://app.test', 'null', 'https://app.test'],
    ['is that of the address, for a sandboxed frame', 'null', 'https://app.test', 'https://app.test'],
    ['is none where neither says one', 'null', 'null', undefined],
    ['is none where neither is known', undefined, undefined, undefined],
  ] as const;

  it.each(PAGES)('%s', (_, ofWindow, ofAddress, origin) => {
    vi.stubGlobal('origin', ofWindow);
    vi.stubGlobal('location', ofAddress && { origin: ofAddress });

    expect(ownOrigin()).toBe(origin);
  });
});

describe('whether it runs', () => {
  const life = (isFrozen = false) => ({ isFrozen, disposed: gate() });

  it('does where nothing holds it up', async () => {
    expect(isPrerendering()).toBe(false);
    expect(await standing(pageRuns(life()))).toBe('fulfilled');
    expect(await standing(withoutPage(() => pageRuns(life())))).toBe('fulfilled');
  });

  it('does once a prerendered page is shown', async () => {
    prerender();
    expect(isPrerendering()).toBe(true);
    const runs = pageRuns(life());
    show('hidden');
    expect(await standing(runs)).toBe('pending');
    activate();
    expect(await standing(runs)).toBe('fulfilled');
  });

  it.each(['prerenderingchange', 'visibilitychange'])('looks again at each %s', async (type) => {
    prerender();
    const runs = pageRuns(life());
    Object.assign(document, { prerendering: false });
    document.dispatchEvent(new Event(type));
    expect(await standing(runs)).toBe('fulfilled');
  });

  it.each([
    ['a frozen page goes on', resume],
    ['it is shown, where no event says that it goes on', () => show('visible')],
  ])('does once %s', async (_, goOn) => {
    const page = life(true);
    const runs = pageRuns(page);
    resume();
    expect(await standing(runs)).toBe('pending');
    page.isFrozen = false;
    goOn();
    expect(await standing(runs)).toBe('fulfilled');
  });

  it('isn’t waited for once the client is disposed of', async () => {
    const page = life(true);
    const runs = pageRuns(page);
    page.disposed.open();
    expect(await standing(runs)).toBe('fulfilled');
    expect(await standing(pageRuns(page))).toBe('fulfilled');
  });

  it('leaves no listener behind', async () => {
    const counts = { added: 0, removed: 0, kept: 0 };
    const added = vi.spyOn(document, 'addEventListener').mockImplementation(() => void counts.added++);
    vi.spyOn(document, 'removeEventListener').mockImplementation(() => void counts.removed++);
    const disposed = gate();
    const onOpen = (listener: () => void) => {
      counts.kept++;
      const forget = disposed.onOpen(listener);
      return () => {
        counts.kept--;
        forget();
      };
    };
    const page = { isFrozen: true, disposed: { ...disposed, onOpen } };
    const runs = pageRuns(page);
    expect(counts).toEqual({ added: 3, removed: 0, kept: 1 });
    page.isFrozen = false;
    const lookAgain = added.mock.calls[0]?.[1] as () => void;
    lookAgain();
    await runs;

    expect(counts).toEqual({ added: 3, removed: 3, kept: 0 });
  });
});
