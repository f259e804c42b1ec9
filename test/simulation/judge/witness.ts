/** Sees all that happens in a world, tells the rules of it, and writes the story down. */

import type { Call, Heard, Tab, TabWatcher } from '../people/tab.ts';
import type { Plan, Step } from '../schedule/plan.ts';
import type { Browser } from '../world/browser.ts';
import type { Exchange } from '../world/network.ts';
import type { Rule, Scene } from './judge.ts';

export class Witness implements Scene, TabWatcher {
  readonly plan: Plan;
  readonly browser: Browser;
  readonly calls: Call[] = [];
  readonly heard: Heard[] = [];
  readonly tabs: Tab[] = [];
  readonly story: string[] = [];
  readonly presentedTwice = { lostOnTheWay: 0, goneWithPage: 0 };
  areClocksWrong = false;
  private readonly rules: readonly Rule[];
  private readonly isTold: boolean;
  private readonly callsByNumber = new Map<string, Call>();
  private serial = 0;

  constructor(plan: Plan, browser: Browser, rules: readonly Rule[], isTold: boolean) {
    this.plan = plan;
    this.browser = browser;
    this.rules = rules;
    this.isTold = isTold;
    browser.network.onSend = (exchange) => this.onSend(exchange);
    browser.network.onEnd = (exchange) => this.onEnd(exchange);
    browser.channels.onPost = (post) => {
      for (const rule of rules) rule.onPost?.(post);
    };
    browser.locks.onRequest = (name) => {
      for (const rule of rules) rule.onLock?.(name);
    };
    browser.storage.onWrite = (key, value) => {
      for (const rule of rules) rule.onWrite?.(key, value);
    };
    browser.onPageGone = (page) => this.tell(() => `tab ${page.id} is gone`);
  }

  get now(): number {
    return this.browser.timeline.now;
  }

  nextNumber(): string {
    return String(++this.serial);
  }

  onOpen(tab: Tab): void {
    this.tabs.push(tab);
  }

  onCall(call: Call): void {
    this.calls.push(call);
    if (call.request) this.callsByNumber.set(call.request, call);
    this.tell(() => `tab ${call.tab.page.id} calls ${call.label}`);
    for (const rule of this.rules) rule.onCall?.(call);
  }

  onSettled(call: Call): void {
    if (!call.tab.page.isAlive) return;
    this.tell(() => `tab ${call.tab.page.id}: ${call.label} ${outcomeOf(call)}`);
    for (const rule of this.rules) rule.onSettled?.(call);
  }

  onLogged(entry: object): void {
    for (const rule of this.rules) rule.onLogged?.(entry);
  }

  onHeard(heard: Heard): void {
    // What a page does in its last moment, nobody sees.
    if (!heard.tab.page.isAlive) return;
    this.heard.push(heard);
    this.tell(() => `tab ${heard.tab.page.id} hears ${heard.event}: ${briefly(heard.detail)}`);
    for (const rule of this.rules) rule.onHeard?.(heard);
  }

  tabOf({ page }: Exchange): Tab | undefined {
    return this.tabs.find((tab) => tab.page === page);
  }

  callOf({ request }: Exchange): Call | undefined {
    return this.callsByNumber.get(request.headers.get('x-request-number') ?? '');
  }

  wasLoginUnderWay(since: number): boolean {
    const { exchanges, navigatedAt } = this.browser.network;
    if (navigatedAt >= since) return true;
    return exchanges.some(({ request, endedAt }) => request.endpoint === 'login' && (endedAt ?? Infinity) >= since);
  }

  wasAwake(exchange: Exchange, since: number): boolean {
    const tab = this.tabOf(exchange);
    return !!tab && tab.createdAt < since && tab.page.lastStillAt < since;
  }

  tellStep({ tab, act }: Step): void {
    if (act.do === 'sleep' || act.do === 'set-clock') this.areClocksWrong = true;
    const { do: what, ...details } = act;
    this.tell(
      () =>
        `— place ${tab}: ${what} ${Object.values(details)
          .filter((each) => each !== undefined)
          .map(briefly)
          .join(' ')}`,
    );
  }

  private onSend(exchange: Exchange): void {
    const { page, request } = exchange;
    exchange.isOfVisitor = this.tabOf(exchange)?.state.status !== 'signed-in';
    this.tell(() => `tab ${page.id} sends ${request.method} ${request.path} (${exchange.number})${bearing(exchange)}`);
    for (const rule of this.rules) rule.onSend?.(exchange);
  }

  private onEnd(exchange: Exchange): void {
    const { page, request, end, answer, processedAt } = exchange;
    const met =
      end === 'answered' ? `meets ${answer?.status}` : `${end}${processedAt === undefined ? '' : ', though processed'}`;
    this.tell(() => `tab ${page.id}: ${request.method} ${request.path} (${exchange.number}) ${met}`);
    for (const rule of this.rules) rule.onEnd?.(exchange);
  }

  private tell(line: () => string): void {
    if (this.isTold) this.story.push(`${String(Math.round(this.now)).padStart(8)} ms  ${line()}`);
  }
}

function outcomeOf({ value, error }: Call): string {
  if (error !== undefined) return `fails: ${(error as Error)?.message ?? error}`;
  if (value instanceof Response) return `gives ${value.status}`;
  return `gives ${briefly(value)}`;
}

function bearing({ request }: Exchange): string {
  const parts = [request.headers.has('authorization') && 'a token', request.refreshToken];
  const borne = parts.filter(Boolean).join(', ');
  return borne ? ` with ${borne}` : '';
}

function briefly(value: unknown): string {
  if (value instanceof Error) return value.message;
  if (typeof value === 'string') return value.length > 60 ? `${value.slice(0, 20)}…` : value;
  return JSON.stringify(value, (_, each) => (each instanceof Error ? each.message : each)) ?? '';
}
