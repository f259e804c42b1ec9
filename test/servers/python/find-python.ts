/** Finds a Python that has what the servers need, or installs it: run as a script before the tests. */

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** The environment variable that may hold the path of one Python for all of them. */
const VARIABLE = 'DJANGO_PYTHON';
/** The first one on the path may be another than the system's, whose packages it doesn't see. */
const NAMES = ['python3', '/usr/bin/python3'];

/** What each server needs: the name that pip knows, and Debian's. */
const NEEDS = {
  Django: {
    Django: 'python3-django',
    djangorestframework: 'python3-djangorestframework',
    'djangorestframework-simplejwt': 'python3-djangorestframework-simplejwt',
  },
  FastAPI: { fastapi: 'python3-fastapi', uvicorn: 'python3-uvicorn', 'python-jose': 'python3-jose' },
  'Flask-JWT-Extended': { Flask: 'python3-flask', 'Flask-JWT-Extended': 'python3-python-flask-jwt-extended' },
  'django-oauth-toolkit': {
    Django: 'python3-django',
    djangorestframework: 'python3-djangorestframework',
    'django-oauth-toolkit': 'python3-django-oauth-toolkit',
  },
} as const satisfies Record<string, Record<string, string>>;

export type Framework = keyof typeof NEEDS;

const VERSIONS = `
import sys
from importlib.metadata import version
print(", ".join([f"Python {sys.version.split()[0]}"] + [f"{name} {version(name)}" for name in sys.argv[1:]]))`;

export interface Python {
  readonly path: string;
  /** Its own version, and those of what it has. */
  readonly versions: string;
}

/** The environment variable's, else the system's; `undefined` where something is missing. */
export function findPython(framework: Framework): Python | undefined {
  const named = process.env[VARIABLE];
  for (const path of named ? [named] : NAMES) {
    const { status, stdout } = spawnSync(path, ['-c', VERSIONS, ...Object.keys(NEEDS[framework])], {
      encoding: 'utf8',
    });
    if (status === 0) return { path, versions: stdout.trim() };
  }
  return undefined;
}

/** Debian's packages alone: what pip installs into the system's Python, the system may break, and breaks. */
function install(frameworks: readonly Framework[]): void {
  if (process.env[VARIABLE] || !existsSync('/usr/bin/apt-get') || !frameworks.length) return;
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const attempts = [
    [...sudo, 'apt-get', 'update', '-qq'],
    // One at a time: a name that isn't known to this Debian stops all that is asked for along with it.
    ...frameworks.map((framework) => [
      ...[...sudo, 'DEBIAN_FRONTEND=noninteractive', 'apt-get', 'install', '-y', '-qq'],
      ...Object.values(NEEDS[framework]),
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
  const named = process.env[VARIABLE];
  const needs = NEEDS[framework];
  return (
    `${named ? `${VARIABLE} is ${named}, and something is missing there. ` : ''}These tests need Python 3 with ` +
    `${Object.keys(needs).join(', ')}, which could be neither found nor installed. On Debian: apt-get install ` +
    `${Object.values(needs).join(' ')}. Elsewhere, as on a Mac, in an environment of its own: python3 -m venv .venv && ` +
    `.venv/bin/pip install ${Object.keys(needs).join(' ')}, and set ${VARIABLE} to the path of .venv/bin/python. ` +
    'Then run the tests again.'
  );
}

/** @throws with what to do, where there is none and none can be installed */
export function requirePython(framework: Framework): Python {
  const python = findPython(framework);
  if (!python) throw new Error(missing(framework));
  return python;
}

if (import.meta.main) {
  const frameworks = Object.keys(NEEDS) as Framework[];
  install(frameworks.filter((framework) => !findPython(framework)));
  // Whole files of tests need Django. The others are one server each, and say for themselves that they weren't tested.
  for (const framework of frameworks)
    console.log(
      (framework === 'Django' ? requirePython(framework) : findPython(framework))?.versions ?? missing(framework),
    );
}
