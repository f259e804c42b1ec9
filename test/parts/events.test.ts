/** Events and their listeners: who hears what, in which order, and what a listener that throws does to the others. */

import { afterEach, describe, expect, it, vi } from 'vitest';
import { closeListeners, createListeners, emit, listen, reportProblem } from '../../src/events.ts';
import type { Problem } from '../../src/problems.ts';
import { rest } from '../world/waiting.ts';

afterEach(() => vi.unstubAllGlobals());

describe('a listener', () => {
  it('hears its own event, with what it carries', () => {
    const listeners = createListeners();
    const [hearsIt, hearsAnother] = [vi.fn(), vi.fn()];
    listen(listeners, 'signed-in', hearsIt);
    listen(listeners, 'signed-out', hearsAnother);
    emit(listeners, 'signed-in', { subject: 'ada' });

    expect(hearsIt.mock.calls).toEqual([[{ subject: 'ada' }]]);
    expect(hearsAnother).not.toHaveBeenCalled();
  });

  it('can’t change what the others hear', () => {
    const listeners = createListeners();
    const hears = vi.fn();
    listen(listeners, 'signed-in', hears);
    emit(listeners, 'signed-in', { subject: 'ada' });

    expect(hears.mock.calls.map(([detail]) => Object.isFrozen(detail))).toEqual([true]);
  });

  it('hears nothing once it has left', () => {
    const listeners = createListeners();
    const hears = vi.fn();
    listen(listeners, 'signed-in', hears)();
    emit(listeners, 'signed-in', { subject: 'ada' });

    expect(hears).not.toHaveBeenCalled();
    expect(listeners.entries.size).toBe(0);
  });

  it('to everything hears which event it was, and of the state nothing', () => {
    const listeners = createListeners();
    const hears = vi.fn();
    listen(listeners, 'any', hears);
    emit(listeners, 'signed-in', { subject: 'ada' });
    emit(listeners, 'state', undefined);

    expect(hears.mock.calls).toEqual([[{ what: 'signed-in', subject: 'ada' }]]);
  });

  it('that another one removes in the middle hears nothing', () => {
    const listeners = createListeners();
    const hears = vi.fn();
    listen(listeners, 'state', () => leave());
    const leave = listen(listeners, 'state', hears);
    emit(listeners, 'state', undefined);

    expect(hears).not.toHaveBeenCalled();
  });
});

it('all hear of one event before any hears of the next, which a listener has caused', () => {
  const listeners = createListeners();
  const heard: string[] = [];
  listen(listeners, 'signed-in', () => {
    heard.push('first: signed in');
    emit(listeners, 'refreshed', { by: 'this-tab' });
  });
  listen(listeners, 'signed-in', () => heard.push('second: signed in'));
  listen(listeners, 'refreshed', () => heard.push('third: refreshed'));
  emit(listeners, 'signed-in', { subject: 'ada' });

  expect(heard).toEqual(['first: signed in', 'second: signed in', 'third: refreshed']);
});

describe('what a listener throws', () => {
  const fails = () => {
    throw new Error('of the app');
  };

  it.each([
    ['at once', fails],
    ['later', async () => fails()],
  ])('%s is reported as uncaught, and the others hear of the event', async (_, listener) => {
    const report = vi.fn();
    vi.stubGlobal('reportError', report);
    const listeners = createListeners();
    const hears = vi.fn();
    listen(listeners, 'state', listener);
    listen(listeners, 'state', hears);
    emit(listeners, 'state', undefined);
    await rest();

    expect(hears).toHaveBeenCalledOnce();
    expect(report.mock.calls).toEqual([[new Error('of the app')]]);
  });

  it('goes to the console where nothing can be reported', async () => {
    vi.stubGlobal('reportError', undefined);
    const log = vi.spyOn(console, 'error').mockImplementation(() => {});
    const listeners = createListeners();
    listen(listeners, 'state', fails);
    emit(listeners, 'state', undefined);
    await rest();

    expect(log.mock.calls).toEqual([[new Error('of the app')]]);
  });
});

it('once they are closed, no listener is kept or hears anything', () => {
  const listeners = createListeners();
  const [before, after] = [vi.fn(), vi.fn()];
  listen(listeners, 'state', before);
  closeListeners(listeners);
  const leave = listen(listeners, 'state', after);
  emit(listeners, 'state', undefined);
  leave();

  expect([before.mock.calls, after.mock.calls, listeners.entries.size]).toEqual([[], [], 0]);
});

describe('a problem', () => {
  function reports() {
    const listeners = createListeners();
    const heard: Problem[] = [];
    listen(listeners, 'problem', (problem) => heard.push(problem));
    return { heard, report: (problem: object) => reportProblem(listeners, problem as Problem) };
  }

  it('is reported once for each kind and address', () => {
    const { heard, report } = reports();
    const problems = [
      { code: 'one', url: 'https://app.test/a' },
      { code: 'one', url: 'https://app.test/b' },
      { code: 'other', url: 'https://app.test/a' },
      { code: 'one', origin: 'https://app.test' },
      { code: 'one' },
    ];
    for (const problem of [...problems, ...problems]) report(problem);

    expect(heard).toEqual(problems);
  });

  it('is reported of fifty addresses at most, and another kind still is', () => {
    const { heard, report } = reports();
    for (let index = 0; index < 60; index++) report({ code: 'one', url: `https://app.test/${index}` });
    expect(heard).toHaveLength(50);
    // Its code begins alike.
    report({ code: 'one-more', url: 'https://app.test/' });
    expect(heard).toHaveLength(51);
  });
});
