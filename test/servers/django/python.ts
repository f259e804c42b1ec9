/** Finds a Python that has Django, or installs it: run as a script before the tests. */

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** The environment variable that may hold its path. */
const VARIABLE = 'DJANGO_PYTHON';
/** The first one on the path may be another than the system's, whose packages it doesn't see. */
const NAMES = ['python3', '/usr/bin/python3'];
const VERSIONS = `
import django, rest_framework, sys
from importlib.metadata import version
print(f"Python {sys.version.split()[0]}, Django {django.__version__}, Django REST framework {rest_framework.VERSION}, "
      f"SimpleJWT {version('djangorestframework-simplejwt')}")`;
const PACKAGES = ['python3-django', 'python3-djangorestframework', 'python3-djangorestframework-simplejwt'];
const BY_PIP = 'pip install django djangorestframework djangorestframework-simplejwt';

interface Python {
  readonly path: string;
  /** Its own version, and those of what it has. */
  readonly versions: string;
}

/** The environment variable's, else the system's; `undefined` where something is missing. */
export function findPython(): Python | undefined {
  const named = process.env[VARIABLE];
  for (const path of named ? [named] : NAMES) {
    const { status, stdout } = spawnSync(path, ['-c', VERSIONS], { encoding: 'utf8' });
    if (status === 0) return { path, versions: stdout.trim() };
  }
  return undefined;
}

/** Debian's packages alone: what pip installs into the system's Python, the system may break, and breaks. */
function install(): void {
  if (process.env[VARIABLE] || !existsSync('/usr/bin/apt-get')) return;
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const attempts = [
    [...sudo, 'apt-get', 'update', '-qq'],
    [...sudo, 'DEBIAN_FRONTEND=noninteractive', 'apt-get', 'install', '-y', '-qq', ...PACKAGES],
  ];
  for (const attempt of attempts) {
    console.log(`No Django yet: ${attempt.join(' ')}`);
    try {
      execFileSync('env', attempt, { stdio: ['ignore', 'inherit', 'inherit'], timeout: 300_000 });
    } catch (error) {
      console.log(`That failed: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

/** @throws with what to do, where there is none and none can be installed */
export function requirePython(): Python {
  const python = findPython();
  if (python) return python;
  const named = process.env[VARIABLE];
  throw new Error(
    `${named ? `${VARIABLE} is ${named}, and something is missing there. ` : ''}These tests need Python 3 with Django, ` +
      'Django REST framework and SimpleJWT, which could be neither found nor installed. On Debian: apt-get install ' +
      `${PACKAGES.join(' ')}. Elsewhere, as on a Mac, in an environment of its own: python3 -m venv .venv && ` +
      `.venv/bin/${BY_PIP}, and set ${VARIABLE} to the path of .venv/bin/python. Then run the tests again.`,
  );
}

if (import.meta.main) {
  if (!findPython()) install();
  console.log(requirePython().versions);
}
