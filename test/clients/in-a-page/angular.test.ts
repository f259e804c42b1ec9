/** docs/clients/angular.md, run as it stands there, with Angular's own backends. */

// First: Angular's packages are compiled when they are loaded.
import '@angular/compiler';
import { XhrFactory } from '@angular/common';
import {
  HttpClient,
  type HttpInterceptorFn,
  provideHttpClient,
  withFetch,
  withInterceptors,
  withXhr,
} from '@angular/common/http';
import {
  createEnvironmentInjector,
  type EnvironmentInjector,
  Injector,
  NgZone,
  ɵChangeDetectionScheduler,
  ɵINJECTOR_SCOPE,
  ɵNoopNgZone,
} from '@angular/core';
import { HttpResponse, http } from 'msw';
import type { Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { clientRecipe, serves, takeRelativeUrls } from '../../given/any-client.ts';
import { startAuthServer } from '../../world/auth-server.ts';
import { network } from '../../world/network.ts';
import { openTab } from '../../world/tabs.ts';

/** What a browser's platform provides. */
const platform = [
  { provide: ɵINJECTOR_SCOPE, useValue: 'root' },
  { provide: NgZone, useClass: ɵNoopNgZone },
  { provide: ɵChangeDetectionScheduler, useValue: { notify() {}, runningTick: false } },
  { provide: XhrFactory, useValue: { build: () => new XMLHttpRequest() } },
];

async function httpOf(
  auth: Parameters<typeof clientRecipe>[2],
  backend: ReturnType<typeof withFetch | typeof withXhr>,
) {
  const page = await clientRecipe<{ authInterceptor: HttpInterceptorFn }>('angular', 'HttpInterceptorFn', auth);
  const providers = [platform, provideHttpClient(backend, withInterceptors([page.authInterceptor]))];
  return createEnvironmentInjector(providers, Injector.NULL as EnvironmentInjector).get(HttpClient);
}

const firstOf = (values: Observable<unknown>, signal?: AbortSignal) =>
  new Promise<unknown>((resolve, reject) => {
    const subscription = values.subscribe({ next: resolve, error: reject });
    signal?.addEventListener('abort', () => {
      subscription.unsubscribe();
      reject(signal.reason);
    });
  });

describe.each([
  ['fetch', withFetch],
  ['XMLHttpRequest', withXhr],
])('Angular’s HttpClient on %s', (_, backend) => {
  serves({
    async open(auth) {
      const client = await httpOf(auth, backend());
      return {
        read: (path, signal) => firstOf(client.get(`/api${path}`), signal),
        write: (path, body) => firstOf(client.post(`/api${path}`, body)),
      };
    },
  });
});

describe('where the interceptor puts no token', () => {
  takeRelativeUrls();

  it.each(['https://api.test/api/orders', 'https://app.test/other/api/'])('%s', async (url) => {
    const seen: (string | null)[] = [];
    const server = startAuthServer();
    network.use(
      http.get(url, ({ request }) => {
        seen.push(request.headers.get('authorization'));
        return HttpResponse.json({});
      }),
    );
    const auth = openTab();
    await auth.signIn(server.login('ada'));
    await firstOf((await httpOf(auth, withFetch())).get(url));
    expect(seen).toEqual([null]);
  });
});
