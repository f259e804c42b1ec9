/** The templates of docs/frameworks are ones that their frameworks can read. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseTemplate } from '@angular/compiler';
import { compile } from 'svelte/compiler';
import ts from 'typescript';
import { expect, it } from 'vitest';
import { compileScript, compileTemplate, parse } from 'vue/compiler-sfc';

function template(page: string, language: string): string {
  const text = readFileSync(join(import.meta.dirname, '../../docs/frameworks', page), 'utf8');
  const [, code] = new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'ms').exec(text) ?? [];
  if (!code) throw new Error(`${page} has no ${language}`);
  return code;
}

it('Vue’s', () => {
  const { descriptor, errors } = parse(template('vue.md', 'vue'));
  const { bindings } = compileScript(descriptor, { id: 'app' });
  const source = descriptor.template?.content ?? '';
  expect([...errors, ...compileTemplate({ id: 'app', filename: 'App.vue', source }).errors]).toEqual([]);
  expect(bindings).toHaveProperty('state');
});

it('Svelte’s', () => {
  expect(compile(template('svelte.md', 'svelte'), { generate: 'client' }).warnings).toEqual([]);
});

it('Angular’s', () => {
  expect(parseTemplate(template('angular.md', 'html'), 'app.html').errors).toBeNull();
});

it.each(['solid.md', 'preact.md'])('the JSX of %s', (page) => {
  const { diagnostics } = ts.transpileModule(template(page, 'jsx'), {
    fileName: 'app.jsx',
    reportDiagnostics: true,
    compilerOptions: { jsx: ts.JsxEmit.Preserve, allowJs: true },
  });
  expect(diagnostics).toEqual([]);
});
