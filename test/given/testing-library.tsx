/** What of `@testing-library/react` the documents use, on React itself. */

import { act, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { until } from '../world/waiting.ts';

export { act };

const unmounts: (() => void)[] = [];

export function render(content: ReactNode): void {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
  const container = document.body.appendChild(document.createElement('div'));
  const root = createRoot(container);
  act(() => root.render(content));
  unmounts.push(() => {
    act(() => root.unmount());
    container.remove();
  });
}

export const screen = {
  /** Rejects where no element shows that text, and nothing else, in time. */
  async findByText(text: string): Promise<Element> {
    const find = () => [...document.querySelectorAll('body *')].find((element) => element.textContent === text);
    // Within act() React would put off what the test waits for.
    Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: false });
    await until(find, `"${text}" shows`);
    Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
    return find() ?? document.body;
  },
};

/** To be called after each test. */
export function cleanup(): void {
  for (const unmount of unmounts.splice(0)) unmount();
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: false });
}
