import { describe, expect, it } from 'vitest';

import type { MmdebstrapSource } from '../../../src/graph/index.js';
import { AptBox } from '../../../src/packages/apt-box.js';
import { aptStatusReader } from '../../../src/packages/apt-status.js';
import { ScriptedRunner } from '../../support/scripted-runner.js';
import { privateDirectory } from '../../support/template-tree.js';

/** As apt 2.6.2 wrote it. */
const SAID = [
  'dlstatus:1:0.0000:Retrieving file 1 of 22',
  'dlstatus:2:1.2149:Retrieving file 2 of 22',
  'dlstatus:2:1.9149:Retrieving file 2 of 22',
  'dlstatus:15:64.9553:Retrieving file 15 of 22: (1min 3s remaining)',
  'pmstatus:dpkg-exec:50.0:Running dpkg',
  'dlstatus:3:nonsense:',
  'dlstatus:22:100.0000:Retrieving file 22 of 22',
].join('\n');

describe('what apt-get says of a download', () => {
  it('is told by whole percents, however it is cut into pieces', () => {
    for (const size of [1, 7, 1000]) {
      const told: number[] = [];
      const read = aptStatusReader((percent) => told.push(percent));
      for (let at = 0; at <= SAID.length; at += size) read(Buffer.from(`${SAID}\n`.slice(at, at + size)));
      expect(told).toEqual([0, 1, 64, 100]);
    }
  });

  it('is asked for on a descriptor of its own, which no failure mentions', async () => {
    const runner = new ScriptedRunner({
      'apt-config dump': { stdout: '' },
      'apt-get -o APT::Status-Fd=3 -q': { told: `${SAID}\n`, status: 100, stderr: 'E: strange\n' },
    });
    const source: MmdebstrapSource = {
      backend: 'mmdebstrap',
      suite: 'bookworm',
      architecture: 'amd64',
      variant: 'minbase',
      recommends: false,
      repositories: [],
    };
    const box = await AptBox.create({
      paths: { directory: privateDirectory(), environment: {} },
      runner,
      source,
      output: () => undefined,
      signal: new AbortController().signal,
    });
    if (!box.ok) throw new Error(JSON.stringify(box.error));
    const told: number[] = [];
    const updated = await box.value.update((percent) => told.push(percent));
    expect(told).toEqual([0, 1, 64, 100]);
    expect(updated.ok).toBe(false);
    expect(JSON.stringify(updated)).not.toContain('Status-Fd');
    expect(JSON.stringify(updated)).toContain('"update"');
  });
});
