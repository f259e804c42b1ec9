#!/usr/bin/env node
/** `npx silent-refresh check URL`: says what of the contract a running auth server keeps. */

import { run } from './run.js';
import { REAL } from './surroundings.js';

process.exitCode = await run(process.argv.slice(2), REAL);
