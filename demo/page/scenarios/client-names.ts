/** What the two clients are called on the page. */

import type { ClientKind } from '../tab/participant.ts';

const NAMES: Record<ClientKind, string> = {
  'silent-refresh': 'silent-refresh',
  plain: 'a plain interceptor',
};

export const clientName = (client: ClientKind): string => NAMES[client];
