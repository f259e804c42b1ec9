/** Recipes of the documents, run as they stand there. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/**
 * Runs the snippet of the document that holds this text, and gives what it exports.
 *
 * @param modules what it imports
 * @param globals what it takes for granted
 */
export function recipe<Exports>(
  document: string,
  text: string,
  modules: Readonly<Record<string, unknown>>,
  globals: Readonly<Record<string, unknown>> = {},
): Exports {
  const exports = {};
  const run = new Function('require', 'exports', ...Object.keys(globals), compiled(snippetOf(document, text)));
  run((name: string) => modules[name], exports, ...Object.values(globals));
  return exports as Exports;
}

/** The same for a snippet of a page about somebody's library: its packages are loaded, but those that the test gives. */
export async function recipeOf<Exports>(
  document: string,
  text: string,
  given: Readonly<Record<string, unknown>>,
  globals: Readonly<Record<string, unknown>> = {},
): Promise<Exports> {
  const code = compiled(snippetOf(document, text));
  const modules = { ...given };
  // The mark says that `default` is the default export.
  for (const { fileName } of ts.preProcessFile(code, true, true).importedFiles)
    modules[fileName] ??= { ...(await import(/* @vite-ignore */ fileName)), __esModule: true };
  return recipe<Exports>(document, text, modules, globals);
}

function snippetOf(document: string, text: string): string {
  const page = readFileSync(join(import.meta.dirname, '../..', document), 'utf8');
  const code = [...page.matchAll(/^```tsx?\n(.*?)^```/gms)]
    .map(([, code = '']) => code)
    .find((code) => code.includes(text));
  if (!code) throw new Error(`${document} has no recipe with: ${text}`);
  return code;
}

const compiled = (code: string) =>
  ts.transpileModule(code, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, jsx: ts.JsxEmit.ReactJSX },
    fileName: 'snippet.tsx',
  }).outputText;
