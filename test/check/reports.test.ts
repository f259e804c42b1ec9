/** What the command says of each fault, word for word. The snapshot is read as a page. */

import { beforeAll, describe, expect, it } from 'vitest';
import { onRealNetwork } from './checked.ts';
import { HINT, HINT_FAULTS } from './faulty-hint.ts';
import { outcomesWith } from './faulty-run.ts';
import { type AnyFault, FAULTS } from './faulty-server.ts';

onRealNetwork();

/** As it is, and not as a string in quotation marks. */
expect.addSnapshotSerializer({ test: (value) => typeof value === 'string', serialize: String });

/** Without what differs from run to run: the port, and what a clock says that goes on by itself. */
async function reportOf(more: readonly string[], ...faults: AnyFault[]): Promise<string> {
  const { output } = await outcomesWith(more, ...faults);
  return output
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT')
    .replaceAll(/takes \d+ ms/g, 'takes … ms')
    .replaceAll(/(?:599|600|601) s by exp and Date/g, '600 s by exp and Date');
}

describe.each<[string, readonly string[], readonly AnyFault[], readonly AnyFault[]]>([
  ['the contract', [], [], FAULTS],
  ['the contract, and a hint cookie', ['--hint-cookie', HINT], ['a hint'], HINT_FAULTS],
])('%s', (_, more, right, faults) => {
  let usual: ReadonlySet<string>;
  beforeAll(async () => {
    usual = new Set((await reportOf(more, ...right)).split('\n'));
  });

  it('kept in all', async () => {
    expect(await reportOf(more, ...right)).toMatchSnapshot();
  });

  it.each(faults)('but for this, it says what differs: %s', async (fault) => {
    const lines = (await reportOf(more, ...right, fault)).split('\n');
    expect(lines.filter((line) => !usual.has(line)).join('\n')).toMatchSnapshot();
  });
});
