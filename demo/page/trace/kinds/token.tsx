/** For how long a token was the tab's own. */

import { BearerBar } from '../../timeline/BearerBar.tsx';
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
        <BearerBar token={token} x={x} width={width} height={height} numbered={false} />
        <Label x={x} y={height - 5} room={width} colour="var(--on-bearer)" texts={texts} />
      </g>
    );
  },
  legend: (spans) =>
    [...new Set(spans.map(({ token }) => token.user))].map((user) => {
      const own = spans.filter(({ token }) => token.user === user).map(({ token }) => token.generation);
      // The newest ones: there is one more with each refresh.
      const generations = [...new Set(own)].toSorted((a, b) => a - b).slice(-MOST);
      return {
        name: `${nameOf(user)}’s ${generations.length === 1 ? 'token' : 'tokens'}`,
        width: generations.length * (SWATCH + 1),
        sample: <Swatches user={user} generations={generations} />,
      };
    }),
};

const SWATCH = 15;
const MOST = 7;

function Swatches({ user, generations }: { user: string; generations: readonly number[] }) {
  return generations.map((generation, index) => (
    <g key={generation} className={bearerClass({ user, generation })}>
      <BearerBar token={{ user, generation }} x={index * (SWATCH + 1)} width={SWATCH} height={12} />
    </g>
  ));
}
