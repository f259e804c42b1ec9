/** Lets Node run the sources of the package as they are: their imports end with `.js`, their files with `.ts`. */

import { registerHooks } from 'node:module';

const SOURCE = new URL('../../src/', import.meta.url).href;

registerHooks({
  resolve(specifier, context, next) {
    const isOwn = specifier.startsWith('.') && context.parentURL?.startsWith(SOURCE);
    return next(isOwn ? specifier.replace(/\.js$/, '.ts') : specifier, context);
  },
});
