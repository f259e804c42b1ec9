/** `RESULTS.md` and its charts, of one whole run. */

import { cpus } from 'node:os';
import { versionOf } from '../install-peers.ts';
import type { Peer } from '../list-of-peers.ts';
import type { Part, Section } from '../parts/part.ts';
import { table } from './table.ts';

export interface Conditions {
  readonly peers: readonly Peer[];
  readonly chromium: string;
  readonly minutes: number;
  readonly effort: 'quick' | 'whole';
}

export function writeResults(
  parts: readonly Part[],
  sections: ReadonlyMap<number, Section>,
  { peers, chromium, minutes, effort }: Conditions,
): Map<string, string> {
  const files = new Map<string, string>();
  const date = new Date().toISOString().slice(0, 10);
  const machine = `${cpus().length} cores, ${chromium}, Node ${process.versions.node}, ${process.platform === 'linux' ? 'Linux' : process.platform}`;
  const versions = peers
    .filter(({ packages }) => packages.length > 0)
    .map(({ id, name, packages, kind }) => [
      `[${name}](peers/${id}.ts)`,
      packages.map((each) => `${each} ${versionOf(each)}`).join(', '),
      kind === 'tokens' ? 'gives a valid token; no request is sent again' : 'sends again after a 401',
    ]);
  const bodies = parts.map(({ number, title }) => {
    const section = sections.get(number);
    for (const [name, text] of Object.entries(section?.charts ?? {})) files.set(`charts/${name}`, text);
    return `## ${number}. ${title}\n\n${section?.text.trim()}\n`;
  });
  files.set(
    'RESULTS.md',
    `# Side by side

From one run of \`npm run bench${effort === 'quick' ? ' -- --quick --write' : ''}\` on ${date}, which took ${minutes.toFixed(0)} minutes: ${machine}.

All have the same strict server on this machine, in which a refresh token is good once, and its second use ends the session. Each is set up
as its documentation says: a file of a few lines in [\`peers/\`](peers). Before it is measured, each must find its token expired, refresh once,
and have the right answer. They take turns within each round. A figure is the median; the least and the most are in brackets.${
      effort === 'quick'
        ? ' **A quick run has few rounds: its times, and how much was answered in time, say little.**'
        : ''
    }

${table(['peer', 'version', 'what it does'], versions)}

${bodies.join('\n')}`,
  );
  return files;
}
