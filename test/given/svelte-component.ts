/** A component of Svelte's, compiled as an app's bundler does it. */

import type { Component } from 'svelte';
import { compile } from 'svelte/compiler';

// biome-ignore lint/suspicious/noExplicitAny: its props are the test's.
export async function compileSvelte(source: string): Promise<Component<any>> {
  const { js } = compile(source, { generate: 'client', name: 'Shown' });
  // It has no types: only what is compiled imports it.
  const RUNTIME = 'svelte/internal/client';
  const runtime: unknown = await import(/* @vite-ignore */ RUNTIME);
  const code = js.code.replace(/^import .*$/gm, '').replace('export default function Shown', 'return function Shown');
  return new Function('$', code)(runtime);
}
