import type { Machine, Need } from '../../../src/cli/doctor/index.js';
import { type RunnerScript, ScriptedRunner } from '../../support/scripted-runner.js';
import { tempDir } from '../mkvefile/temp-dir.js';

export const ROOT = { uid: 0, gid: 0, name: 'root' };
/** Of whom the files of no machine that tests run on can know. */
export const STRANGER = { uid: 4_000_000_001, gid: 4_000_000_001, name: 'mkve-test-stranger' };

const ASKED = { status: 0, stdout: 'tool 1.2.3\n' };

/** A Debian machine on which all is well. */
export const WELL: RunnerScript = {
  mmdebstrap: ASKED,
  'apt-get': { stdout: 'apt 2.6.1 (amd64)\n' },
  bwrap: ASKED,
  'unshare --version': { stdout: 'unshare from util-linux 2.38.1\n' },
  'unshare --user': {},
  'unshare --mount': {
    stdout: 'entry yes\nproc yes\nkernel 6.1.0-1-amd64\nstore yes\ntemporary yes\nsandbox yes\n',
  },
  nsenter: ASKED,
  mount: ASKED,
  umount: ASKED,
  newuidmap: { status: 1, stderr: 'usage: newuidmap <pid> <uid> <loweruid> <count>\n' },
  newgidmap: { status: 1, stderr: 'usage: newgidmap <pid> <gid> <lowergid> <count>\n' },
  tar: { stdout: 'tar (GNU tar) 1.34\n' },
  zstd: ASKED,
  bash: ASKED,
  sh: {},
  cp: { stdout: 'cp (GNU coreutils) 9.1\n' },
  find: { stdout: 'find (GNU findutils) 4.9.0\n' },
  'gpg --version': { stdout: 'gpg (GnuPG) 2.2.40\n' },
  'gpg --batch --list-secret-keys': {
    stdout: 'sec:u:255:22:C8574E7851175FFC:1795423200:::u:::scSC:::+::ed25519:::0:\n',
  },
  'gpg-agent': ASKED,
  script: { stdout: 'script from util-linux 2.38.1\n' },
  'uname -n': { stdout: 'builder\n' },
};

export interface ScriptedMachine extends Machine {
  readonly runner: ScriptedRunner;
  readonly etc: string;
}

/** A machine on which programs answer by a script. Its `/etc` and its store are the test's own. */
export async function scriptedMachine(given: {
  readonly script?: RunnerScript;
  readonly caller?: Machine['caller'];
  /** The text of os-release. */
  readonly system?: string;
}): Promise<ScriptedMachine> {
  const { script = WELL, caller = ROOT, system = 'ID=debian\n' } = given;
  const directory = await tempDir({ 'etc/os-release': system, 'etc/subuid': 'somebody:100000:65536\n' });
  return {
    runner: new ScriptedRunner(script),
    caller,
    environment: { PATH: '/usr/bin:/bin', TMPDIR: directory },
    storeRoot: `${directory}/cache/mkve`,
    etc: `${directory}/etc`,
  };
}

export function named(needs: readonly Need[], name: string): Need | undefined {
  return needs.find((need) => need.name === name);
}
