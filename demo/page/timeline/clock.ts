/** The time for drawings: as often as it moves, slowly for who wants no motion, and standing still when told to. */

import { useEffect, useState } from 'react';
import { now } from '../trace/spans.ts';

/** Milliseconds between two drawings. */
const SMOOTH = 66;
const CALM = 1_000;

export function useNow(pace: 'runs' | 'stands'): number {
  const [moment, setMoment] = useState(now);

  useEffect(() => {
    if (pace === 'stands') return;
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const timer = setInterval(() => setMoment(now()), calm ? CALM : SMOOTH);
    return () => clearInterval(timer);
  }, [pace]);

  return moment;
}
