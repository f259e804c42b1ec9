/** What React has to complain of, and whatever else reaches the console: a test fails on any that it didn't announce. */

import { inspect } from 'node:util';
import { vi } from 'vitest';

const complaints: string[] = [];
let expected: RegExp | undefined;

/** The page doesn't report it as uncaught. */
const hush = (event: Event) => event.preventDefault();

export function hearComplaints(): void {
  complaints.length = 0;
  expected = undefined;
  window.removeEventListener('error', hush);
  for (const method of ['error', 'warn'] as const) {
    vi.spyOn(console, method).mockImplementation((...said: unknown[]) => {
      complaints.push(said.map((each) => (typeof each === 'string' ? each : inspect(each))).join(' '));
    });
  }
}

/** For errors that a test brings about itself: React names each that a boundary has caught. */
export function expectComplaints(about: RegExp): void {
  expected = about;
  window.addEventListener('error', hush);
}

export const unexpectedComplaints = (): string[] => complaints.filter((each) => !expected?.test(each));
