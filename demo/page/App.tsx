/** The page as a whole. */

import { ByHand } from './by-hand/ByHand.tsx';
import { Example } from './example/Example.tsx';
import { Scenarios } from './scenarios/Scenarios.tsx';
import { HatchOfBob } from './timeline/BearerBar.tsx';

export function App() {
  return (
    <>
      <HatchOfBob />
      <header>
        <h1>silent-refresh</h1>
        <p className="lead">
          Keeps people signed in without their noticing. One expiry, one refresh, however many requests and tabs want
          it; every request that waited is answered.
        </p>
      </header>
      <main>
        <Scenarios />
        <ByHand />
        <Example />
      </main>
    </>
  );
}
