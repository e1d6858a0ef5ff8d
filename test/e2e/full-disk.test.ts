import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { copySeed } from './support/private-store.js';
import { Rig, stepsRan } from './support/rig.js';

const MIB = 1024 * 1024;

let rig: Rig;
/** A disk of its own, of just the size that the seed and a little more take. */
let disk: string;

beforeEach(() => {
  rig = new Rig();
  disk = rig.path('disk');
  mkdirSync(disk);
  const [size = '0'] = execFileSync('du', ['-sm', rig.seed], { encoding: 'utf8' }).split('\t');
  execFileSync('mount', ['-t', 'tmpfs', '-o', `mode=711,size=${Number(size) + 700}m`, 'mkve', disk]);
  copySeed(rig.seed, join(disk, 'store'));
});
afterEach(() => {
  execFileSync('umount', ['--lazy', disk]);
  rig.dispose();
});

/** Leaves so many bytes free. */
function fill(left: number): void {
  const { bsize, bavail } = statfsSync(disk);
  writeFileSync(join(disk, 'filling'), Buffer.alloc(bsize * bavail - left));
}

describe.runIf(process.getuid?.() === 0)('a disk that is full', () => {
  it.each([
    ['gzip', 'openvz'],
    ['zstd', 'lxc'],
  ])(
    'ends a build that packs by %s with a sentence, and costs the next one nothing but that step',
    async (_, hypervisor) => {
      const store = join(disk, 'store');
      rig.template({ hypervisor, hooks: { '10-noise': 'head -c 20000000 /dev/urandom >/root/noise' } });
      const argv = [
        `--hypervisor=${hypervisor}`,
        '--suite=bookworm',
        '--force-no-sign',
        `--output=${rig.output}`,
      ];
      const bundle = () => rig.run('mkve-bundle', [...argv, rig.path(rig.name)], { store });
      fill(30 * MIB);
      const failed = await bundle();
      expect(failed.status, failed.stdout + failed.stderr).toBe(5);
      expect(failed.stderr).toMatch(/pack: the system refused: .*no space left on device/i);
      expect(failed.stderr).toContain('free some space');
      expect(readdirSync(join(store, 'tmp'))).toEqual([]);
      rmSync(join(disk, 'filling'));
      const done = await bundle();
      expect(done.status, done.stderr).toBe(0);
      expect(stepsRan(done)).toEqual(['pack', 'metainfo', 'bundle']);
      expect(readFileSync(rig.output).length).toBeGreaterThan(20_000_000);
    },
  );
});
