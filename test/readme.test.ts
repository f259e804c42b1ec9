/** The TypeScript snippets of the README and of docs/ compile under this project's strict flags, as a reader would paste them. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');
/** Packages of readers' own, which this project doesn't have: what the documents use of them. */
const STAND_INS = {
  '@testing-library/react': ['./test/given/testing-library.tsx'],
  '@playwright/test': ['./test/given/playwright-test.ts'],
};
const pagesIn = (folder: string) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name}`);

/** For no library in particular. */
const UNTESTED = ['graphql.md'];
const libraries = ['docs/clients', 'docs/frameworks'];
const documents = ['README.md', ...pagesIn('docs'), 'docs/server/README.md', ...libraries.flatMap(pagesIn)];

const snippets = documents.flatMap((document) => {
  const text = readFileSync(join(root, document), 'utf8');
  return [...text.matchAll(/^```(tsx?)\n(.*?)^```/gms)].map(([, extension, code = ''], index) => {
    // A snippet that says which file it is can be imported by the others of its document; auth.ts is one.
    const [, name = `snippet-${index + 1}.${extension}`] = /^\/\/ (\S+\.tsx?)\n/.exec(code) ?? [];
    return { document, name, code };
  });
});

/** A folder for each document; one that makes no client of its own uses the README's. */
const pathOf = (document: string, name: string) =>
  join(root, 'test', 'snippets', document.replaceAll(/\W/g, '-').toLowerCase(), name);
const readmeClient = snippets.find(({ name }) => name === 'auth.ts')?.code ?? '';
const files = new Map([
  ...documents.map((document) => [pathOf(document, 'auth.ts'), readmeClient] as const),
  ...snippets.map(({ document, name, code }) => [pathOf(document, name), code] as const),
]);

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
  const paths = { ...config.options.paths, ...STAND_INS };
  const program = ts.createProgram([...files.keys()], { ...config.options, paths, noUnusedLocals: false }, host);
  return ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
    return `${file?.fileName.replace(root, '')}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
}

it('every TypeScript snippet of the README and of docs/ compiles', () => {
  const found = new Set(snippets.map(({ document }) => document));
  expect([...found]).toEqual(
    expect.arrayContaining(['README.md', 'docs/how-to.md', 'docs/react.md', 'docs/server.md', 'docs/server/README.md']),
  );
  expect(snippets.length).toBeGreaterThan(20);
  expect(diagnose()).toEqual([]);
}, 60_000);

it.each(libraries)('each page of %s says with which version it was tested, and stands in the table', (folder) => {
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const table = readFileSync(join(root, folder, 'README.md'), 'utf8');
  const wrong = pagesIn(folder).flatMap((page) => {
    const name = basename(page);
    if (name === 'README.md') return [];
    const missing = table.includes(`](${name})`) ? [] : [`${page} isn't in the table`];
    const tested = /^Tested with (?:`\S+` [\d.]+(?:, | and )?)+/m.exec(readFileSync(join(root, page), 'utf8'))?.[0];
    if (!tested && !UNTESTED.includes(name)) return [...missing, `${page} names no version`];
    const versions = [...(tested ?? '').matchAll(/`(\S+)` (\d[\d.]*\d)/g)];
    const old = versions.filter(([, library = '', version]) => devDependencies[library] !== version);
    return [...missing, ...old.map(([text]) => `${page}: ${text} is not what is installed`)];
  });
  expect(wrong).toEqual([]);
});

it('the README gives the size limits that are checked', () => {
  const limits = [...readFileSync(join(root, '.size-limit.js'), 'utf8').matchAll(/'([\d.]+ kB)'/g)];
  expect(limits).toHaveLength(5);
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  for (const [, limit = ''] of limits) expect(readme).toContain(limit);
});

it('every link between the documents leads to a file, and to a heading of it', () => {
  const all = [...documents, 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md'];
  const proseOf = (path: string) => readFileSync(path, 'utf8').replace(/^```.*?^```/gms, '');
  /** As GitHub makes them. */
  const anchorsOf = (path: string) =>
    [...proseOf(path).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\- _]/gu, '')
        .replaceAll(' ', '-'),
    );
  const broken = all.flatMap((document) => {
    const links = [...proseOf(join(root, document)).matchAll(/\]\((?!https:)([^)\s]+)\)/g)];
    return links
      .map(([, link = '']) => link)
      .filter((link) => {
        const [path, anchor] = link.split('#');
        const target = path ? join(root, dirname(document), path) : join(root, document);
        return !existsSync(target) || (anchor && !anchorsOf(target).includes(anchor));
      })
      .map((link) => `${document}: ${link}`);
  });
  expect(broken).toEqual([]);
});

it('every code of a problem has its heading in the troubleshooting page, and no heading is of a code that is gone', () => {
  const typed = readFileSync(join(root, 'src/problems.ts'), 'utf8').matchAll(/^ {2}'([a-z-]+)':/gm);
  const development = ['page-clients.ts', 'watch-logins.ts'].flatMap((file) => [
    ...readFileSync(join(root, 'src/development', file), 'utf8').matchAll(/readOn\('([a-z-]+)'\)/g),
  ]);
  const codes = [...typed, ...development].map(([, code = '']) => code);
  expect(codes.length).toBeGreaterThan(25);
  const page = readFileSync(join(root, 'docs/troubleshooting.md'), 'utf8');
  const headings = [...page.matchAll(/^### ([a-z]+(?:-[a-z]+)+)$/gm)].map(([, heading = '']) => heading);
  expect(headings.toSorted()).toEqual(codes.toSorted());
  // From its symptoms, a reader finds each of them.
  const [table = ''] = page.split('\n## ');
  expect(codes.filter((code) => !table.includes(`](#${code})`))).toEqual([]);
});

it('every source file that the architecture page names is there', () => {
  const text = readFileSync(join(root, 'docs/architecture.md'), 'utf8');
  const named = [...text.matchAll(/`((?:[\w-]+\/)+[\w-]+\.tsx?|[\w-]+\.ts)`/g)].map(([, path = '']) => path);
  const roots = [join(root, 'src'), join(root, 'src/refresh'), root];
  expect(named.length).toBeGreaterThan(30);
  expect(named.filter((path) => !roots.some((each) => existsSync(join(each, path))))).toEqual([]);
});
