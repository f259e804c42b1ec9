/** Trees of components on a page, drawn as in production: nothing is wrapped in `act`, and React takes its own time. */

import type { ReactNode } from 'react';
import { createRoot, hydrateRoot, type RootOptions } from 'react-dom/client';
import { rest } from './waiting.ts';

export interface Tree {
  readonly container: HTMLElement;
  /** What shows. */
  readonly text: string;
  /** Draws it anew, as a parent that renders again does. */
  draw(content: ReactNode): Promise<void>;
  remove(): Promise<void>;
}

const standing = new Set<Tree>();

function makeContainer(html = ''): HTMLElement {
  const container = document.createElement('div');
  container.innerHTML = html;
  return document.body.appendChild(container);
}

async function grow(container: HTMLElement, root: ReturnType<typeof createRoot>): Promise<Tree> {
  const tree: Tree = {
    container,
    get text() {
      return container.textContent ?? '';
    },
    async draw(content) {
      root.render(content);
      await rest();
    },
    async remove() {
      standing.delete(tree);
      root.unmount();
      container.remove();
      await rest();
    },
  };
  standing.add(tree);
  await rest();
  return tree;
}

export async function draw(content: ReactNode, options?: RootOptions): Promise<Tree> {
  const container = makeContainer();
  const root = createRoot(container, options);
  root.render(content);
  return grow(container, root);
}

/** Takes over HTML that came with the page: its elements, and what React found amiss with them. */
export async function hydrate(html: string, content: ReactNode) {
  const container = makeContainer(html);
  const came = [...container.children];
  const amiss: unknown[] = [];
  const root = hydrateRoot(container, content, { onRecoverableError: (error) => amiss.push(error) });
  return { tree: await grow(container, root), came, amiss };
}

export async function removeTrees(): Promise<void> {
  for (const tree of [...standing]) await tree.remove();
}

/** The text of a page, without what React has hidden: an `<Activity>`, or what waits for its data. */
function shownIn(node: Node): string {
  if (node instanceof HTMLElement && node.style.display === 'none') return '';
  return node.childNodes.length ? [...node.childNodes].map(shownIn).join('') : (node.textContent ?? '');
}

/** What showed after each of React's commits. */
export function watchCommits(): string[] {
  const shown: string[] = [];
  new MutationObserver(() => shown.push(shownIn(document.body))).observe(document.body, {
    subtree: true,
    childList: true,
    characterData: true,
    attributes: true,
  });
  return shown;
}

/** Clicks a button by its text. */
export function click({ container }: Tree, text: string): void {
  const button = [...container.querySelectorAll('button')].find((each) => each.textContent === text);
  if (!button) throw new Error(`There is no button "${text}" in: ${container.innerHTML}`);
  button.click();
}
