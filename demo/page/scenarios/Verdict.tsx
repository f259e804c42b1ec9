/** What was promised beside what was seen, with each client, and what the server counted. */

import { countInWords } from './count-in-words.ts';
import type { Run } from './runs.ts';

export function Verdict({ silent, plain }: { silent: Run | undefined; plain: Run | undefined }) {
  const findings = (silent?.findings?.length ? silent : plain)?.findings ?? [];
  if (findings.length === 0) return null;
  return (
    <table className="verdict" data-testid="verdict">
      <thead>
        <tr>
          <th scope="col">What is promised</th>
          {silent && <th scope="col">Seen with silent-refresh</th>}
          {plain && <th scope="col">Seen with a plain interceptor</th>}
        </tr>
      </thead>
      <tbody>
        {findings.map(({ promised }, index) => (
          <tr key={promised}>
            <th scope="row">{promised}</th>
            {silent && <Cell run={silent} index={index} />}
            {plain && <Cell run={plain} index={index} />}
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">What the server counted</th>
          {silent && <Count run={silent} />}
          {plain && <Count run={plain} />}
        </tr>
      </tfoot>
    </table>
  );
}

function Cell({ run, index }: { run: Run; index: number }) {
  const finding = run.findings?.[index];
  if (!finding) return <td />;
  const { verdict, seen } = finding;
  return (
    <td className={verdict} data-client={run.client} data-verdict={verdict}>
      <span className="mark">{verdict === 'kept' ? '✓ kept' : '✕ broken'}</span> {seen}
    </td>
  );
}

function Count({ run: { client, stats } }: { run: Run }) {
  if (!stats) return <td />;
  return (
    <td data-client={client} data-testid={`counted-${client}`}>
      {countInWords(stats)}
    </td>
  );
}
