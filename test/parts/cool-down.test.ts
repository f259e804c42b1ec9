/** How long the token endpoint is left alone: by its own word, by backoff, and by what other tabs tell. */

import { beforeEach, describe, expect, it, vi } from 'vitest';
import {
  createCoolDown,
  liftPause,
  pauseAfterFailure,
  pauseAsTold,
  pauseLeft,
  resetCoolDown,
} from '../../src/refresh/cool-down.ts';
import { pass, stopClocks } from '../world/clocks.ts';

let coolDown: ReturnType<typeof createCoolDown>;
const told = (ms: number, isNamed = false) => pauseAsTold(coolDown, { ms, isNamed, mayRetry: false });
/** What each draw brings, again and again. */
function draw(...values: number[]): void {
  let drawn = 0;
  vi.spyOn(Math, 'random').mockImplementation(() => values[drawn++ % values.length] ?? 0);
}

beforeEach(() => {
  stopClocks();
  coolDown = createCoolDown();
});

describe('after a failure', () => {
  it('the longest pause doubles, up to 30 s', () => {
    draw(1);
    const lengths = Array.from({ length: 7 }, () => {
      pauseAfterFailure(coolDown, undefined, false);
      return pauseLeft(coolDown);
    });
    expect(lengths).toEqual([2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  });

  it('the shortest one is a second, however many there were', () => {
    draw(0);
    for (let failures = 0; failures < 9; failures++) pauseAfterFailure(coolDown, undefined, false);
    expect(pauseLeft(coolDown)).toBe(1_000);
  });

  it('the longer of two draws counts', () => {
    draw(0.2, 0.7);
    pauseAfterFailure(coolDown, undefined, false);
    expect(pauseLeft(coolDown)).toBe(1_700);
    draw(0.7, 0.2);
    resetCoolDown(coolDown);
    pauseAfterFailure(coolDown, undefined, false);
    expect(pauseLeft(coolDown)).toBe(1_700);
  });

  it('a pause that the server names is as long as that, and longer only where it names another', () => {
    draw(1);
    const lengths = Array.from({ length: 4 }, () => {
      pauseAfterFailure(coolDown, 60_000, true);
      return pauseLeft(coolDown);
    });
    expect(lengths).toEqual([60_000, 61_000, 63_000, 67_000]);
    resetCoolDown(coolDown);
    pauseAfterFailure(coolDown, 60_000, true);
    expect(pauseLeft(coolDown)).toBe(60_000);
  });

  it('failures without a word lengthen no named pause, and a named one is a second at least', () => {
    draw(1);
    for (let failures = 0; failures < 5; failures++) pauseAfterFailure(coolDown, undefined, false);
    pauseAfterFailure(coolDown, 60_000, true);
    expect(pauseLeft(coolDown)).toBe(60_000);
    coolDown = createCoolDown();
    pauseAfterFailure(coolDown, 0, true);
    expect(pauseLeft(coolDown)).toBe(1_000);
  });

  it('what the server named isn’t shortened, and another pause may be', () => {
    draw(0);
    pauseAfterFailure(coolDown, 20_000, true);
    pauseAfterFailure(coolDown, undefined, false);
    expect(coolDown.pause).toMatchObject({ length: 20_000, isNamed: true, mayRetry: false });
    coolDown = createCoolDown();
    told(20_000);
    pauseAfterFailure(coolDown, undefined, true);
    expect(coolDown.pause).toMatchObject({ length: 1_000, isNamed: false, mayRetry: true });
  });

  it('what the server had named is over once its time is', async () => {
    draw(0);
    pauseAfterFailure(coolDown, 20_000, true);
    await pass(20_000);
    expect(pauseLeft(coolDown)).toBe(0);
    pauseAfterFailure(coolDown, undefined, false);
    expect(coolDown.pause).toMatchObject({ length: 1_000, isNamed: false });
  });
});

describe('what another tab tells of', () => {
  it('is one failure of another tab, and news only while it lasts longer', () => {
    expect(told(5_000)).toBe(true);
    expect(told(5_000)).toBe(false);
    expect(told(4_999)).toBe(false);
    expect(told(5_001)).toBe(true);
    expect(pauseLeft(coolDown)).toBe(5_001);
    expect(coolDown).toMatchObject({ failures: 1, namedFailures: 0 });
  });

  it('a pause that the server names is news, and the longer one goes on', () => {
    told(5_000);
    expect(told(4_000, true)).toBe(true);
    expect(pauseLeft(coolDown)).toBe(5_000);
    liftPause(coolDown);
    expect(pauseLeft(coolDown)).toBe(5_000);
    expect(coolDown.failures).toBe(1);
  });

  it('after a pause that the server has named, no shorter one is news', () => {
    told(5_000, true);
    expect(told(5_000, true)).toBe(false);
    expect(told(5_000)).toBe(false);
    expect(told(6_000)).toBe(true);
    liftPause(coolDown);
    expect(pauseLeft(coolDown)).toBe(6_000);
  });

  it('nothing is no news', () => {
    expect(told(0)).toBe(false);
    expect(coolDown).toEqual(createCoolDown());
  });

  it('after the end of a pause it is another failure', async () => {
    told(5_000);
    await pass(5_000);
    expect(told(5_000)).toBe(true);
    expect(coolDown.failures).toBe(2);
  });
});

describe('the end', () => {
  it('of a pause that the server hasn’t named comes with the network', () => {
    told(5_000);
    const { end } = coolDown.pause ?? {};
    liftPause(coolDown);
    expect(end?.isOpen).toBe(true);
    expect(coolDown).toMatchObject({ pause: undefined, failures: 1 });
  });

  it('comes with a success, whoever has named it', () => {
    draw(0);
    pauseAfterFailure(coolDown, 20_000, true);
    coolDown.isPermanent = true;
    const { end } = coolDown.pause ?? {};
    resetCoolDown(coolDown);
    expect(end?.isOpen).toBe(true);
    expect(coolDown).toEqual({ failures: 0, namedFailures: 0, isPermanent: false, pause: undefined });
  });

  it('without a pause is nothing', () => {
    liftPause(coolDown);
    resetCoolDown(coolDown);
    expect(pauseLeft(coolDown)).toBe(0);
  });

  it('who waits for the end of one waits for the end of the next', () => {
    draw(0);
    told(5_000);
    const { end } = coolDown.pause ?? {};
    pauseAfterFailure(coolDown, undefined, false);
    expect(coolDown.pause?.end).toBe(end);
  });
});

it('what is left is told in whole milliseconds', async () => {
  told(5_000);
  vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 0.6);
  expect(pauseLeft(coolDown)).toBe(4_999);
  await pass(6_000);
  expect(pauseLeft(coolDown)).toBe(0);
});
