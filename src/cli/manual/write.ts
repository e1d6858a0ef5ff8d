/** `npm run man`: writes docs/man/ anew. A test compares it with what the sources say now. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

import { mkveVersion } from '../host.js';
import { manualPages } from './pages.js';

/** npm runs scripts in the directory of package.json. */
const root = process.cwd();
const declarations = readFileSync(`${root}/src/mkvefile/config.ts`, 'utf8');
mkdirSync(`${root}/docs/man`, { recursive: true });
for (const [name, text] of manualPages({ version: mkveVersion(), declarations }))
  writeFileSync(`${root}/docs/man/${name}`, text);
