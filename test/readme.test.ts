/** The README's TypeScript snippets compile under this project's strict flags, as a reader would paste them. */

import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const snippets = [...readme.matchAll(/^```(tsx?)\n(.*?)^```/gms)].map(([, extension, code = '']) => ({
  extension,
  code,
}));

/** The files that the snippets would be: the one that says it is auth.ts, and the others beside it. */
const files = new Map(
  snippets.map(({ extension, code }, index) => {
    const name = code.startsWith('// auth.ts') ? 'auth.ts' : `snippet-${index + 1}.${extension}`;
    return [join(root, 'test', 'readme-snippets', name), code];
  }),
);

function diagnose(): string[] {
  const config = ts.parseJsonConfigFileContent(
    ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile).config,
    ts.sys,
    root,
  );
  const host = ts.createCompilerHost(config.options);
  const { readFile, fileExists, directoryExists } = host;
  host.readFile = (path) => files.get(path) ?? readFile(path);
  host.fileExists = (path) => files.has(path) || fileExists(path);
  host.directoryExists = (path) =>
    [...files.keys()].some((file) => dirname(file) === path) || !!directoryExists?.(path);
  const program = ts.createProgram([...files.keys()], { ...config.options, noUnusedLocals: false }, host);
  return ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
    return `${file?.fileName.replace(root, '')}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
}

it('every TypeScript snippet of the README compiles', () => {
  expect(snippets.length).toBeGreaterThan(8);
  expect(diagnose()).toEqual([]);
}, 30_000);
