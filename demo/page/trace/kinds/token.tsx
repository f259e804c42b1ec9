/** For how long a token was the tab's own. */

import { bearerClass, extent, Label } from '../../timeline/pieces.tsx';
import { duration, nameOf, tokenInWords } from '../../timeline/words.ts';
import { now, type Span } from '../spans.ts';
import type { TokenMark } from '../token-mark.ts';
import type { Kind } from './kind.ts';

export interface TokenSpan extends Span {
  readonly token: TokenMark;
}

const NAME = 'token';

const isToken = (span: Span): span is TokenSpan => span.kind === NAME;

/** What a tab has, going by all its spans. */
export function holderInWords(spans: readonly Span[]): string {
  const tokens = spans.filter(isToken);
  const held = tokens.find(({ to }) => to === undefined);
  if (held) return tokenInWords(held.token);
  return tokens.length > 0 ? 'signed out' : 'nobody signed in yet';
}

export const token: Kind<TokenSpan> = {
  names: [NAME],
  place: 'first strip',
  record({ recorder, client }) {
    let shown: TokenMark | undefined;
    let end = () => {};
    client.subscribe(() => {
      const token = client.token();
      if (token?.user === shown?.user && token?.generation === shown?.generation) return;
      end();
      shown = token;
      const change = token && recorder.begin<TokenSpan>({ kind: NAME, token });
      end = () => change?.({ to: now() });
    });
  },
  inWords: (span) => `has ${tokenInWords(span.token)} (${duration(span)})`,
  draw({ token, from, to }, { view, end, height }) {
    const { x, width } = extent(view, from, to ?? end);
    const texts = [tokenInWords(token), `${nameOf(token.user)} ${token.generation}`, `${token.generation}`];
    return (
      <g className={`token ${bearerClass(token)}`}>
        <rect x={x} width={width} height={height} rx="3" fill="var(--bearer)" />
        <Label x={x} y={height - 5} room={width} colour="var(--on-bearer)" texts={texts} />
      </g>
    );
  },
  legend: [
    { name: 'Ada’s tokens 0, 1, 2, and who bears them', sample: <Shades user="ada" /> },
    { name: 'Bob’s', sample: <Shades user="bob" /> },
  ],
};

function Shades({ user }: { user: string }) {
  return [0, 1, 2].map((generation) => (
    <rect
      key={generation}
      className={bearerClass({ user, generation })}
      x={10 * generation}
      width="9"
      height="12"
      rx="2"
      fill="var(--bearer)"
    />
  ));
}
