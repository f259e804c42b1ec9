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
  'oidc-client-ts': ['./test/given/oidc-client-ts.ts'],
};
const pagesIn = (folder: string) =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name}`);

/** Those of its folders, too; git knows the same, but a package has no git. */
const allPagesIn = (folder: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md') && !path.includes('node_modules'))
    .map((path) => `${folder}/${path}`);

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
  const react = readFileSync(join(root, 'docs/react.md'), 'utf8');
  const sizes = [...(react.split('\n## ')[0] ?? '').matchAll(/\d+\.\d+ kB/g)];
  expect(sizes).toHaveLength(2);
  for (const [size] of sizes) expect(readme).toContain(size);
});

it('the README is short', () => {
  expect(readFileSync(join(root, 'README.md'), 'utf8').split('\n').length).toBeLessThanOrEqual(250);
});

it('each error code has its heading in the page about errors, with what a reader wants to know of it', () => {
  const [, union = ''] = readFileSync(join(root, 'src/errors.ts'), 'utf8').split('export type AuthErrorCode =');
  const codes = [...(union.split(';')[0] ?? '').matchAll(/'([a-z-]+)'/g)].map(([, code = '']) => code);
  expect(codes.length).toBeGreaterThan(6);
  const [table = '', ...sections] = readFileSync(join(root, 'docs/errors.md'), 'utf8').split('\n## ');
  expect(sections.map((section) => section.split('\n')[0] ?? '').toSorted()).toEqual(codes.toSorted());
  expect(codes.filter((code) => !table.includes(`](#${code})`))).toEqual([]);
  const parts = ['**Class:**', '**Retryable:**', '**When:**', '**Tell the user:**', '```ts'];
  expect(sections.filter((section) => !parts.every((part) => section.includes(part)))).toEqual([]);
});

it('the reference has every option, event and method', () => {
  const membersOf = (file: string, name: string) => {
    const source = ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.Latest);
    const face = source.statements.find((node) => ts.isInterfaceDeclaration(node) && node.name.text === name);
    const members = face && ts.isInterfaceDeclaration(face) ? [...face.members] : [];
    return members.flatMap(({ name: member }) =>
      member && (ts.isIdentifier(member) || ts.isStringLiteral(member)) ? [member.text] : [],
    );
  };
  const page = readFileSync(join(root, 'docs/reference.md'), 'utf8');
  const rowsOf = (heading: string) =>
    page
      .split('\n## ')
      .filter((section) => section.startsWith(`${heading}\n`))
      .flatMap((section) => section.split('\n').filter((line) => line.startsWith('| `')))
      .map((line) => line.split('|')[1] ?? '')
      .join();
  const missing = (heading: string, names: string[]) =>
    names.filter((name) => !new RegExp(`\`${name}\\b`).test(rowsOf(heading)));
  const methods = membersOf('src/auth-client.ts', 'AuthClient');
  const events = membersOf('src/events.ts', 'AuthEvents');
  const options = membersOf('src/client-options.ts', 'AuthClientOptions');
  for (const names of [methods, events, options]) expect(names.length).toBeGreaterThan(6);
  expect(missing('Methods', methods)).toEqual([]);
  expect(missing('Events', events)).toEqual([]);
  expect(missing('Options', options)).toEqual([]);
});

it('every link between the documents leads to a file, and to a heading of it', () => {
  const ofTheProject = ['test', 'demo', 'bench', 'docs/server/django'].flatMap(allPagesIn);
  const all = [...documents, ...ofTheProject, 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md'];
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

it('every document that a message of the package names is there', () => {
  const explanations = readFileSync(join(root, 'src/development/explanations.ts'), 'utf8');
  const named = [...explanations.matchAll(/node_modules\/silent-refresh\/([\w/-]+\.md)/g)].map(([, path = '']) => path);
  expect(named.length).toBeGreaterThan(2);
  expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

it('every source file that the architecture page names is there', () => {
  const text = readFileSync(join(root, 'docs/architecture.md'), 'utf8');
  const named = [...text.matchAll(/`((?:[\w-]+\/)+[\w-]+\.tsx?|[\w-]+\.ts)`/g)].map(([, path = '']) => path);
  const roots = [join(root, 'src'), join(root, 'src/refresh'), root];
  expect(named.length).toBeGreaterThan(30);
  expect(named.filter((path) => !roots.some((each) => existsSync(join(each, path))))).toEqual([]);
});
