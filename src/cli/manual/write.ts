/** `npm run man`: writes docs/man/ anew. A test compares it with what the sources say now. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { mkveVersion } from '../host.js';
import { manualPages } from './pages.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const declarations = readFileSync(`${root}/src/mkvefile/config.ts`, 'utf8');
mkdirSync(`${root}/docs/man`, { recursive: true });
for (const [name, text] of manualPages({ version: mkveVersion(), declarations }))
  writeFileSync(`${root}/docs/man/${name}`, text);
