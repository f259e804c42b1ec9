/** `index.ts` as development servers get it: it also says on the console what is set up wrongly. */

export { createAuthClient } from './development/create-auth-client.js';
export * from './index.js';
