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
  const page = readFileSync(join(import.meta.dirname, '../..', document), 'utf8');
  const [, extension, code] =
    [...page.matchAll(/^```(tsx?)\n(.*?)^```/gms)].find(([, , code]) => code?.includes(text)) ?? [];
  if (!code) throw new Error(`${document} has no recipe with: ${text}`);
  const { outputText } = ts.transpileModule(code, {
    fileName: `recipe.${extension}`,
    compilerOptions: {
      module: ts.ModuleKind.CommonJS,
      target: ts.ScriptTarget.ES2022,
      jsx: ts.JsxEmit.ReactJSX,
    },
  });
  const exports = {};
  const run = new Function('require', 'exports', ...Object.keys(globals), outputText);
  run((name: string) => modules[name], exports, ...Object.values(globals));
  return exports as Exports;
}
