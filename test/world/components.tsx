/** Components that tell what they have been through. */

import { Component, type ReactNode, useLayoutEffect } from 'react';
import { useAuth } from 'silent-refresh/react';

export const Status = () => <i>{useAuth().status} </i>;

/** Who is signed in, or else the status. */
export const Subject = () => (
  <i>{useAuth((state) => (state.status === 'signed-in' ? state.subject : state.status))} </i>
);

interface WatchProps<Seen> {
  /** Reads what it sees, by hooks. */
  readonly use: () => Seen;
  /** What it has seen, at each of its renderings. */
  readonly seen: Seen[];
}

export function Watch<Seen>({ use, seen }: WatchProps<Seen>) {
  seen.push(use());
  return null;
}

/** Counts its renderings. */
export function Counted({ as }: { readonly as: { readonly text: string; times: number } }) {
  as.times++;
  return as.text;
}

/** Does something in the middle of React's rendering. */
export function Amid({ run }: { readonly run: () => void }) {
  run();
  return null;
}

/** Does something once React has put it on the page, before it runs its other effects. */
export function Landing({ run }: { readonly run: () => void }) {
  useLayoutEffect(run, [run]);
  return null;
}

export interface Data {
  readonly arrival: Promise<void>;
  text?: string | undefined;
}

/** Suspends until its data are there. */
export function Show({ data }: { readonly data: Data }) {
  if (!data.text) throw data.arrival;
  return data.text;
}

interface BoundaryProps {
  readonly children: ReactNode;
  readonly onError?: (error: unknown) => void;
}

/** Catches what its children throw, and shows so. */
export class Boundary extends Component<BoundaryProps> {
  override state = { failed: false };
  static getDerivedStateFromError = () => ({ failed: true });
  override componentDidCatch(error: unknown) {
    this.props.onError?.(error);
  }
  override render() {
    return this.state.failed ? 'failed' : this.props.children;
  }
}
