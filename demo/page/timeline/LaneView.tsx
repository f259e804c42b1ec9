/** One tab: whose token it had, when it called the auth server or waited for its turn, and its requests below. */

import type { Lane } from '../trace/lanes.ts';
import type {
  AuthSpan,
  LockSpan,
  OfflineSpan,
  RequestSpan,
  Sending,
  Span,
  TokenMark,
  TokenSpan,
} from '../trace/spans.ts';
import { intoRows, isInView, type View, xOf } from './layout.ts';
import { laneInWords, nameOf, spanInWords, tokenInWords } from './words.ts';

const STRIP = 18;
const GAP = 3;
/** The narrowest that can still be seen. */
const NARROWEST = 2;
/** In milliseconds: tabs that went at the same time. */
const SIMULTANEOUS = 100;
/** About the width of a letter. */
const LETTER = 6.5;

export function LaneView({ lane, view, name }: { lane: Lane; view: View; name: string }) {
  const spans = lane.spans.filter((span) => isInView(view, span));
  const of = <Kind extends Span['kind']>(...kinds: Kind[]) =>
    spans.filter((span): span is Extract<Span, { kind: Kind }> => kinds.some((kind) => kind === span.kind));
  const tokens = of('token');
  const requests = intoRows(of('request'));
  const rows = Math.max(1, ...requests.map(({ row }) => row + 1));
  const bar = rows > 12 ? 4 : rows > 6 ? 6 : 9;
  const top = 2 * (STRIP + GAP);
  const height = top + rows * (bar + GAP);
  const holder = tokens.find(({ to }) => to === undefined);
  const end = lane.goneAt ?? view.to;
  // Not those that go when all do: the play is over.
  const closed = lane.goneAt !== undefined && lane.goneAt < view.to - SIMULTANEOUS;

  return (
    <figure className="lane" data-testid="lane" data-spans={spans.length}>
      <figcaption>
        <strong>{name}</strong> <span className="detail">{stateOf(lane, holder, closed)}</span>
      </figcaption>
      <svg
        width={view.width}
        height={height}
        role="img"
        aria-label={`${name}: ${laneInWords(spans)}${closed ? ' Then it was closed.' : ''}`}
      >
        {of('offline').map((span) => (
          <Offline key={span.id} span={span} view={view} height={height} />
        ))}
        <line className="ground" x1="0" x2={view.width} y1={STRIP / 2} y2={STRIP / 2} />
        {tokens.map((span) => (
          <Token key={span.id} span={span} view={view} end={end} />
        ))}
        <g transform={`translate(0 ${STRIP + GAP})`}>
          {of('lock', 'refresh', 'sign-in', 'sign-out').map((span) => (
            <AuthCall key={span.id} span={span} view={view} end={end} />
          ))}
        </g>
        {requests.map(({ span, row }) => (
          <g key={span.id} transform={`translate(0 ${top + row * (bar + GAP)})`}>
            <Request span={span} view={view} end={end} height={bar} />
          </g>
        ))}
        {closed && <Gone x={xOf(view, end)} height={height} />}
      </svg>
    </figure>
  );
}

function stateOf({ spans }: Lane, holder: TokenSpan | undefined, closed: boolean): string {
  const had = spans.some(({ kind }) => kind === 'token') ? 'signed out' : 'nobody signed in yet';
  return `${closed ? 'closed: ' : ''}${holder ? tokenInWords(holder.token) : had}`;
}

interface Extent {
  readonly x: number;
  readonly width: number;
}

function extent(view: View, from: number, to: number): Extent {
  const x = xOf(view, from);
  return { x, width: Math.max(NARROWEST, xOf(view, to) - x) };
}

/** Blue is Ada, orange is Bob; three shades take turns with each refresh. */
const colour = (token: TokenMark | undefined): string =>
  token ? `of-${token.user} shade-${token.generation % 3}` : 'of-nobody';

const fits = (text: string, width: number): boolean => text.length * LETTER + 6 < width;

function Token({ span, view, end }: { span: TokenSpan; view: View; end: number }) {
  const { token } = span;
  const { x, width } = extent(view, span.from, span.to ?? end);
  const label = [tokenInWords(token), `${nameOf(token.user)} ${token.generation}`, `${token.generation}`].find((text) =>
    fits(text, width),
  );
  return (
    <g className={`token ${colour(token)}`}>
      <title>{spanInWords(span)}</title>
      <rect x={x} width={width} height={STRIP} rx="3" />
      {label && (
        <text x={x + 5} y={STRIP - 5}>
          {label}
        </text>
      )}
    </g>
  );
}

function AuthCall({ span, view, end }: { span: AuthSpan | LockSpan; view: View; end: number }) {
  const { x, width } = extent(view, span.from, span.to ?? end);
  const failed = span.kind !== 'lock' && span.status !== undefined && (span.status === 0 || span.status >= 400);
  const label = span.kind === 'lock' ? 'waits for its turn' : failed ? `${span.kind} ${span.status || '✕'}` : span.kind;
  return (
    <g className={`auth-call ${span.kind} ${failed ? 'failed' : ''}`}>
      <title>{spanInWords(span)}</title>
      <rect x={x + 0.5} y="0.5" width={Math.max(NARROWEST, width - 1)} height={STRIP - 1} rx="3" />
      {fits(label, width) && (
        <text x={x + 5} y={STRIP - 5}>
          {label}
        </text>
      )}
      {failed && !fits(label, width) && <Cross x={x + width} height={STRIP} />}
    </g>
  );
}

function Request({ span, view, end, height }: { span: RequestSpan; view: View; end: number; height: number }) {
  const waiting = extent(view, span.from, span.to ?? end);
  const failed = span.outcome !== undefined && !span.outcome.startsWith('2');
  return (
    <g className="request">
      <title>{spanInWords(span)}</title>
      <rect className="waiting" {...waiting} y={height / 2 - 1} height="2" />
      {span.sendings.map((sending, index) => (
        <OneSending key={sending.from} sending={sending} again={index > 0} view={view} end={end} height={height} />
      ))}
      {failed && <Cross x={waiting.x + waiting.width} height={height} />}
    </g>
  );
}

function OneSending(props: { sending: Sending; again: boolean; view: View; end: number; height: number }) {
  const { sending, again, view, end, height } = props;
  const { x, width } = extent(view, sending.from, sending.to ?? end);
  return (
    <>
      <rect
        className={`sending ${colour(sending.token)} ${again ? 'again' : ''}`}
        x={x}
        width={width}
        height={height}
        rx="1.5"
      />
      {sending.status === 401 && (
        <rect className="refused" x={x + width - 1} y="-1.5" width="2.5" height={height + 3} />
      )}
    </>
  );
}

function Offline({ span, view, height }: { span: OfflineSpan; view: View; height: number }) {
  const { x, width } = extent(view, span.from, span.to ?? view.to);
  return (
    <g className="offline">
      <title>{spanInWords(span)}</title>
      <rect x={x} width={width} height={height} />
      {fits('offline', width) && (
        <text x={x + 5} y={2 * STRIP + GAP - 5}>
          offline
        </text>
      )}
    </g>
  );
}

function Gone({ x, height }: { x: number; height: number }) {
  return (
    <g className="gone">
      <title>The tab was closed</title>
      <line x1={x - 1} x2={x - 1} y1="0" y2={height} />
    </g>
  );
}

/** A cross, which reads without colour. */
function Cross({ x, height }: { x: number; height: number }) {
  const [centre, middle, arm] = [x + 5, height / 2, 3];
  return (
    <path
      className="cross"
      d={`M${centre - arm} ${middle - arm}l${2 * arm} ${2 * arm}M${centre + arm} ${middle - arm}l${-2 * arm} ${2 * arm}`}
    />
  );
}
