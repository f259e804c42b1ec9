/** Where on the page this part is: `/#by-hand` leads here, as soon as there is something to see. */

import { type RefObject, useLayoutEffect, useRef } from 'react';

export const BY_HAND = 'by-hand';

/** The browser has looked for the place before it was there. */
export function useScrollToHash<E extends Element>(id: string): RefObject<E | null> {
  const ref = useRef<E>(null);
  useLayoutEffect(() => {
    if (location.hash === `#${id}`) ref.current?.scrollIntoView();
  }, [id]);
  return ref;
}
