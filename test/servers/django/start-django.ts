/** Django, as a process of its own, on a free port of this machine and a database that goes with it. */

import { join } from 'node:path';
import { requireRuntime } from '../frameworks.ts';
import { startProcess, temporaryFolder } from '../start-process.ts';
import { type Control, controlOf } from './control.ts';
import { buildScripts } from './page/build.ts';

export interface Django extends Control {
  readonly port: number;
  readonly versions: string;
  /** Resolves when its process has gone, and its database with it. */
  close(): Promise<void>;
}

/** @param overlap seconds; as the endpoints have it by themselves, if left out */
export async function startDjango(overlap?: number): Promise<Django> {
  const { path, versions } = requireRuntime('Django');
  const folder = temporaryFolder();
  await buildScripts(folder);
  const { port, close } = await startProcess(
    path,
    [join(import.meta.dirname, 'manage.py'), 'serve', '--with-parent'],
    folder,
    {
      DJANGO_DATABASE_FOLDER: folder,
      DJANGO_PAGE_SCRIPTS: folder,
      ...(overlap !== undefined && { DJANGO_OVERLAP: String(overlap) }),
    },
  );
  return { port, versions, ...controlOf(`http://127.0.0.1:${port}/control/`), close };
}
