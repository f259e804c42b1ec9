/** docs/check.md and what the command says of a finding are about the same things. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { RULES } from '../../src/check/rules.ts';
import { USAGE } from '../../src/check/usage.ts';

const read = (name: string) => readFileSync(join(import.meta.dirname, '../../docs', name), 'utf8');

it('docs/check.md says of each finding what it means', () => {
  const page = read('check.md');
  for (const { title, section } of Object.values(RULES)) expect(page).toContain(`[${title}](server.md#${section})`);
});

it('docs/check.md names each option of the usage', () => {
  const page = read('check.md');
  const options = [...USAGE.matchAll(/^ {2}(--[\w-]+)/gm)].map(([, name = '']) => name);
  expect(options).toHaveLength(14);
  for (const name of options) expect(page).toContain(`| \`${name}`);
});

it('each finding leads to a heading of docs/server.md', () => {
  const headings = [...read('server.md').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
  for (const { section } of Object.values(RULES)) expect(headings).toContain(section);
});
