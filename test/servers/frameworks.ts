/** Finds what the servers in other languages need, or installs it: run as a script before the tests. */

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** How a language tells the versions of what it was asked for, and fails if something isn't there. */
const LANGUAGES = {
  Python: {
    /** The environment variable that may hold the path of one for all of its servers. */
    variable: 'DJANGO_PYTHON',
    /** The first one on the path may be another than the system's, whose packages it doesn't see. */
    names: ['python3', '/usr/bin/python3'],
    versions: [
      '-c',
      'import sys\nfrom importlib.metadata import version\n' +
        'print(f"Python {sys.version.split()[0]}", *(f"{name} {version(name)}" for name in sys.argv[1:]), sep=", ")',
    ],
    elsewhere: (names: string) =>
      `in an environment of its own: python3 -m venv .venv && .venv/bin/pip install ${names}, and .venv/bin/python is it`,
  },
  Ruby: {
    variable: 'RAILS_RUBY',
    names: ['ruby', '/usr/bin/ruby'],
    versions: [
      '-e',
      'puts ["Ruby #{RUBY_VERSION}", *ARGV.map { |name| "#{name} #{Gem::Specification.find_by_name(name).version}" }].join(", ")',
    ],
    elsewhere: (names: string) => `with a Ruby of your own: gem install ${names}`,
  },
} as const;

/** What each server needs: the name that pip or gem knows, and Debian's. */
const NEEDS = {
  Django: {
    language: 'Python',
    packages: {
      Django: 'python3-django',
      djangorestframework: 'python3-djangorestframework',
      'djangorestframework-simplejwt': 'python3-djangorestframework-simplejwt',
    },
  },
  FastAPI: {
    language: 'Python',
    packages: { fastapi: 'python3-fastapi', uvicorn: 'python3-uvicorn', 'python-jose': 'python3-jose' },
  },
  'Flask-JWT-Extended': {
    language: 'Python',
    packages: { Flask: 'python3-flask', 'Flask-JWT-Extended': 'python3-python-flask-jwt-extended' },
  },
  'django-oauth-toolkit': {
    language: 'Python',
    packages: {
      Django: 'python3-django',
      djangorestframework: 'python3-djangorestframework',
      'django-oauth-toolkit': 'python3-django-oauth-toolkit',
    },
  },
  Doorkeeper: {
    language: 'Ruby',
    packages: { rails: 'ruby-rails', doorkeeper: 'ruby-doorkeeper', sqlite3: 'ruby-sqlite3', puma: 'puma' },
  },
} as const satisfies Record<string, { language: keyof typeof LANGUAGES; packages: Record<string, string> }>;

export type Framework = keyof typeof NEEDS;

export interface Runtime {
  /** Of the Python or the Ruby. */
  readonly path: string;
  /** Its own version, and those of what it has. */
  readonly versions: string;
}

/** The environment variable's, else the system's; `undefined` where something is missing. */
export function findRuntime(framework: Framework): Runtime | undefined {
  const { language, packages } = NEEDS[framework];
  const { variable, names, versions } = LANGUAGES[language];
  const named = process.env[variable];
  for (const path of named ? [named] : names) {
    const { status, stdout } = spawnSync(path, [...versions, ...Object.keys(packages)], { encoding: 'utf8' });
    if (status === 0) return { path, versions: stdout.trim() };
  }
  return undefined;
}

/** Debian's packages alone: what pip installs into the system's Python, the system may break, and breaks. */
function install(missingOnes: readonly Framework[]): void {
  const frameworks = missingOnes.filter((framework) => !process.env[LANGUAGES[NEEDS[framework].language].variable]);
  if (!existsSync('/usr/bin/apt-get') || !frameworks.length) return;
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const attempts = [
    [...sudo, 'apt-get', 'update', '-qq'],
    // One at a time: a name that isn't known to this Debian stops all that is asked for along with it.
    ...frameworks.map((framework) => [
      ...[...sudo, 'DEBIAN_FRONTEND=noninteractive', 'apt-get', 'install', '-y', '-qq'],
      ...Object.values(NEEDS[framework].packages),
    ]),
  ];
  for (const attempt of attempts) {
    console.log(`No ${frameworks.join(', ')} yet: ${attempt.join(' ')}`);
    try {
      execFileSync('env', attempt, { stdio: ['ignore', 'inherit', 'inherit'], timeout: 300_000 });
    } catch (error) {
      console.log(`That failed: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

/** What to do where there is none, and none can be installed. */
export function missing(framework: Framework): string {
  const { language, packages } = NEEDS[framework];
  const { variable, elsewhere } = LANGUAGES[language];
  const named = process.env[variable];
  const names = Object.keys(packages);
  return (
    `${named ? `${variable} is ${named}, and something is missing there. ` : ''}These tests need ${language} with ` +
    `${names.join(', ')}, which could be neither found nor installed. On Debian: apt-get install ` +
    `${Object.values(packages).join(' ')}. Elsewhere, as on a Mac, ${elsewhere(names.join(' '))}. ` +
    `Set ${variable} to its path. Then run the tests again.`
  );
}

/** @throws with what to do, where there is none and none can be installed */
export function requireRuntime(framework: Framework): Runtime {
  const runtime = findRuntime(framework);
  if (!runtime) throw new Error(missing(framework));
  return runtime;
}

if (import.meta.main) {
  const frameworks = Object.keys(NEEDS) as Framework[];
  install(frameworks.filter((framework) => !findRuntime(framework)));
  for (const framework of frameworks) {
    // Whole files of tests need Django. The others are one server each, and say for themselves that they weren't tested.
    const runtime = framework === 'Django' ? requireRuntime(framework) : findRuntime(framework);
    console.log(runtime?.versions ?? missing(framework));
  }
}
