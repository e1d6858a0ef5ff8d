import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { loadCommandRunner } from '../../actions/index.js';
import { checkSignature, describeFault, describeSignature, verifyBundle } from '../../bundle/index.js';
import { jsonRecord } from '../../report/index.js';
import { toolEnvironment } from '../host.js';
import { type Command, fail } from '../main.js';
import { has, type mkveCommands, type OptionNames, type ParsedOptions } from '../options/index.js';
import { oneFile } from './one-file.js';

type Options = ParsedOptions<OptionNames<typeof mkveCommands.verify.options>>;

/** `mkve verify`: every fault of a bundle; exit status 4 when there is one. */
export async function verifyCommand({ host, streams }: Command, options: Options): Promise<number> {
  const named = oneFile(options.operands);
  if (!named.ok) return fail('mkve', named.error, streams);
  const file = resolve(host.cwd, named.value);
  const runner = await loadCommandRunner();
  const env = toolEnvironment(host);
  const directory = await mkdtemp(join(tmpdir(), 'mkve-verify-'));
  try {
    const report = await verifyBundle({
      file,
      runner,
      env,
      checkSignature: (bytes, signature) =>
        checkSignature({ runner, env, bytes, signature, tempDir: directory }),
      unsigned: has(options, 'allow-unsigned') ? 'allowed' : 'refused',
    });
    const faults = report.faults.map(describeFault);
    if (has(options, 'json')) {
      streams.out(jsonRecord({ type: 'verification', file, faults, signature: report.signature }));
      return faults.length === 0 ? 0 : 4;
    }
    if (faults.length > 0) return fail('mkve', { kind: 'verification-failed', file, faults }, streams);
    const { signature } = report;
    streams.out(
      `good     ${file}: ${signature.kind === 'absent' ? 'not signed' : describeSignature(signature)}`,
    );
    return 0;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
