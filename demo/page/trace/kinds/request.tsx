/** A request as its caller sees it: it waits, is sent, perhaps waits again and is sent once more. */

import type { Instruments } from '../../instruments/instruments.ts';
import { BearerBar } from '../../timeline/BearerBar.tsx';
import { bearerClass, extent } from '../../timeline/pieces.tsx';
import { count, duration, tokenInWords } from '../../timeline/words.ts';
import { now, type Span } from '../spans.ts';
import { markOf, type TokenMark } from '../token-mark.ts';
import type { Box, Kind } from './kind.ts';
import { legendOfOutcomes, OutcomeSign, unansweredAs } from './outcomes.tsx';

/** One time that it went over the network. */
interface Sending {
  readonly from: number;
  readonly to?: number;
  /** The token that it bore. */
  readonly token?: TokenMark;
  /** 0: no answer came. */
  readonly status?: number;
}

interface RequestSpan extends Span {
  /** Method and path. */
  readonly label: string;
  readonly sendings: readonly Sending[];
  /** The status, or the error's name. */
  readonly outcome?: string;
}

const WAITING = { fill: 'var(--edge)' };
const REFUSED = { fill: 'var(--text)', width: 2.5 };
const AGAIN = { stroke: 'var(--text)', strokeWidth: 1.5 };

export const request: Kind<RequestSpan> = {
  names: ['request'],
  place: 'rows',
  record,
  inWords(span) {
    const end = unansweredAs(span.outcome);
    const ending = end && span.outcome && !/^\d/.test(span.outcome) ? `, ${end} with ${span.outcome}` : '';
    const story = span.sendings.map(sendingInWords).join(', then ') || (ending ? 'never sent' : 'waits');
    return `${span.label}, ${story}${ending} (${duration(span)})`;
  },
  summary(spans) {
    const answered = spans.filter(({ outcome }) => outcome?.startsWith('2')).length;
    const again = spans.filter(({ sendings }) => sendings.length > 1).length;
    return `${count(spans.length, 'request')}, ${answered} answered, ${again} of them sent again`;
  },
  draw(span, box) {
    const { x, width } = extent(box.view, span.from, span.to ?? box.end);
    const unanswered = unansweredAs(span.outcome);
    return (
      <g className="request">
        <rect className="waiting" x={x} width={width} y={box.height / 2 - 1} height="2" {...WAITING} />
        {span.sendings.map((sending, index) => (
          <OneSending key={sending.from} sending={sending} again={index > 0} box={box} />
        ))}
        {unanswered && <OutcomeSign outcome={unanswered} x={x + width} height={box.height} />}
      </g>
    );
  },
  legend(spans) {
    const sendings = spans.flatMap((span) => span.sendings);
    return [
      ...(spans.some(waits) ? [WAITS] : []),
      ...(sendings.some(({ status }) => status === 401) ? [MET_401] : []),
      ...(spans.some((span) => span.sendings.length > 1) ? [SENT_AGAIN] : []),
      ...legendOfOutcomes(spans.map(({ outcome }) => outcome)),
    ];
  },
};

/** Whether its line can be seen: before it is sent, or after it was refused. */
const waits = ({ from, sendings, outcome }: RequestSpan): boolean =>
  sendings.length !== 1 || Number(sendings[0]?.from) - from > 10 || Boolean(unansweredAs(outcome));

const WAITS = { name: 'waits', sample: <rect y="5" width="28" height="2" {...WAITING} /> };

const MET_401 = {
  name: 'met a 401',
  width: 20,
  sample: (
    <>
      <rect y="2" width="18" height="8" rx="1.5" fill="var(--line)" />
      <rect x="17" height="12" {...REFUSED} />
    </>
  ),
};

const SENT_AGAIN = {
  name: 'sent again',
  width: 22,
  sample: <rect x="1" y="2" width="20" height="8" rx="1.5" fill="var(--line)" {...AGAIN} />,
};

function record({ recorder, network }: Instruments): void {
  const underWay = new Map<string, { sendings: readonly Sending[]; change: (sendings: readonly Sending[]) => void }>();

  network.onCall(({ id, method, path }) => {
    const change = recorder.begin<RequestSpan>({ kind: 'request', label: `${method} ${path}`, sendings: [] });
    underWay.set(id, { sendings: [], change: (sendings) => change({ sendings }) });
    return ({ status, failure }) => {
      underWay.delete(id);
      change({ to: now(), outcome: failure ?? String(status) });
    };
  });

  network.onSending(({ id, headers }) => {
    const request = underWay.get(id);
    if (!request) return undefined;
    const before = request.sendings;
    const note = (sending: Sending) => {
      request.sendings = [...before, sending];
      request.change(request.sendings);
    };
    const token = markOf(headers.get('Authorization')?.replace(/^Bearer /, ''));
    const sending: Sending = token ? { from: now(), token } : { from: now() };
    note(sending);
    return ({ status }) => note({ ...sending, to: now(), status });
  });
}

function sendingInWords({ token, status }: Sending, index: number): string {
  const answer = status === undefined ? 'no answer yet' : status === 0 ? 'no answer' : String(status);
  return `${index === 0 ? 'sent' : 'sent again'} with ${token ? tokenInWords(token) : 'no readable token'}: ${answer}`;
}

function OneSending({ sending, again, box }: { sending: Sending; again: boolean; box: Box }) {
  const { x, width } = extent(box.view, sending.from, sending.to ?? box.end);
  return (
    <>
      <g className={`sending ${bearerClass(sending.token)} ${again ? 'again' : ''}`}>
        <BearerBar token={sending.token} x={x} width={width} height={box.height} {...(again && { edge: AGAIN })} />
      </g>
      {sending.status === 401 && <rect x={x + width - 1} y="-1.5" height={box.height + 3} {...REFUSED} />}
    </>
  );
}
