/**
 * A process that claims a key, for tests of what happens between processes: says `held` with its pid, then publishes
 * what it is told on standard input, or waits to be killed.
 */
import { createInterface } from 'node:readline';

import { parseDigest } from '../../src/base/index.js';
import { DiskActionCache } from '../../src/store/index.js';

const [actions = '', locks = '', key = ''] = process.argv.slice(2);
const parsed = parseDigest(key);
if (!parsed.ok) throw new Error(parsed.error);
const lookup = await new DiskActionCache({ actions, locks }).lookup(parsed.value, () =>
  Promise.resolve(true),
);
if (lookup.kind === 'hit') throw new Error('there is a result already');
process.stdout.write(`held ${process.pid}\n`);
for await (const line of createInterface(process.stdin)) await lookup.claim.publish(JSON.parse(line));
