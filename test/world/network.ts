/** The network between a page and its servers; every request in a test goes through it. */

import { setupServer } from 'msw/node';

export const network = setupServer();
