/** Requests that the app sends, and what it does with their bodies right after. */

import type { Act, BodyKind } from '../schedule/plan.ts';
import { API } from '../world/network.ts';
import type { Timeline } from '../world/timeline.ts';
import { abort, type Tab } from './tab.ts';

export function sendRequests(timeline: Timeline, tab: Tab, act: Act & { readonly do: 'request' }): void {
  for (let i = 0; i < act.times; i++) {
    const number = tab.watcher.nextNumber();
    const method = act.method;
    const { body, spoil } = bodyOf(method === 'GET' ? 'none' : act.body, number);
    const controller = new AbortController();
    const url = API + act.path;
    const headers = { 'X-Request-Number': number };
    const init: RequestInit = { method, headers, signal: controller.signal, ...(body !== undefined && { body }) };
    const text = body === undefined ? '' : `body-${number}`;
    const call = tab.call(
      `${method} ${act.path}`,
      () => (act.body === 'request' ? tab.auth.fetch(new Request(url, init)) : tab.auth.fetch(url, init)),
      { request: number, body: text },
    );
    // Whatever it does after the call changes nothing.
    spoil();
    if (act.abortAfter !== undefined) timeline.after(act.abortAfter, () => abort(call, controller));
  }
}

function bodyOf(kind: BodyKind, number: string): { body: BodyInit | undefined; spoil: () => void } {
  const text = `body-${number}`;
  if (kind === 'params') {
    const body = new URLSearchParams({ text });
    return { body, spoil: () => body.set('text', 'spoilt') };
  }
  if (kind === 'buffer') {
    const body = new TextEncoder().encode(text);
    return { body, spoil: () => body.fill(0) };
  }
  if (kind === 'form') {
    const body = new FormData();
    body.append('text', text);
    return { body, spoil: () => body.set('text', 'spoilt') };
  }
  return { body: kind === 'none' ? undefined : text, spoil() {} };
}
