import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

import { leastTemplate, writeTree } from '../template-tree.js';
import { CORPUS } from './corpus.js';

/** Makes of the least template, in a directory, what git or a checkout cannot hold. */
export type TemplateMaker = (directory: string) => void | Promise<void>;

const put =
  (path: string, content: string | Buffer, mode = 0o644): TemplateMaker =>
  (directory) => {
    const file = join(directory, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    chmodSync(file, mode);
  };
const all =
  (...makers: readonly TemplateMaker[]): TemplateMaker =>
  async (directory) => {
    for (const make of makers) await make(directory);
  };
const link =
  (path: string, target: string): TemplateMaker =>
  (directory) => {
    rmSync(join(directory, path), { recursive: true, force: true });
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    symlinkSync(target, join(directory, path));
  };
const fifo =
  (path: string): TemplateMaker =>
  (directory) => {
    rmSync(join(directory, path), { force: true });
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    execFileSync('mkfifo', [join(directory, path)]);
  };
const instead =
  (path: string): TemplateMaker =>
  (directory) => {
    rmSync(join(directory, path));
    mkdirSync(join(directory, path));
  };
/** A socket's name outlives who listens on it only when it is not closed. */
const socket =
  (path: string): TemplateMaker =>
  async (directory) => {
    const place = join(directory, path);
    mkdirSync(dirname(place), { recursive: true });
    const script =
      "require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))";
    try {
      execFileSync(process.execPath, ['-e', script, place], { stdio: 'ignore' });
    } catch {
      // It killed itself, so that the name stays.
    }
    if (!existsSync(place)) throw new Error(`no socket at ${place}`);
  };
const listed = (hook: string) => put('hooks-lists/openvz', `${hook}\n`);
const large = (path: string, bytes: number) =>
  all(put(path, ''), (directory) => truncateSync(join(directory, path), bytes));

/** Two links in each directory to the next one: few files, and two to the thirtieth ways down. */
const ladder: TemplateMaker = (directory) => {
  for (let at = 0; at < 30; at++) {
    mkdirSync(join(directory, `conf/openvz/${at}`), { recursive: true });
    for (const name of ['a', 'b']) link(`conf/openvz/${at}/${name}`, `../${at + 1}`)(directory);
  }
  put('conf/openvz/30/end', 'x')(directory);
};

const deep: TemplateMaker = (directory) => {
  // Longer than a path may be: made step by step, as anybody could.
  execFileSync(
    'sh',
    [
      '-ec',
      'mkdir -p conf/openvz; cd conf/openvz; for i in $(seq 300); do mkdir dddddddddddddddddddd; cd -P dddddddddddddddddddd; done; : >end',
    ],
    {
      cwd: directory,
      stdio: 'ignore',
    },
  );
};

export const TEMPLATE_MAKERS: Readonly<Record<string, TemplateMaker>> = {
  'list-fifo': fifo('packages-lists/openvz'),
  'list-device': link('packages-lists/openvz', '/dev/zero'),
  'list-directory': instead('packages-lists/openvz'),
  'list-socket': all(
    (directory) => rmSync(join(directory, 'packages-lists/openvz')),
    socket('packages-lists/openvz'),
  ),
  'list-link-circle': link('packages-lists/openvz', 'openvz'),
  'list-link-nowhere': link('packages-lists/openvz', 'no-such'),
  'list-link-name-too-long': link('packages-lists/openvz', 'x'.repeat(300)),
  'list-link-proc-mem': link('packages-lists/openvz', '/proc/self/mem'),
  'list-700-mib': large('packages-lists/openvz', 700 * 1024 * 1024),
  'list-3-gib': large('packages-lists/openvz', 3 * 1024 ** 3),
  'list-200000-packages': put(
    'packages-lists/openvz',
    Array.from({ length: 200_000 }, (_, at) => `package-${at}\n`).join(''),
  ),
  'list-200000-mistakes': put('packages-lists/openvz', '../x\n'.repeat(200_000)),
  'list-one-line-of-2-mib': put('packages-lists/openvz', 'x'.repeat(2 * 1024 * 1024)),
  'list-nul-bytes': put('packages-lists/openvz', Buffer.alloc(4096)),
  'hypervisors-fifo': fifo('hypervisors'),
  'hypervisors-directory': instead('hypervisors'),
  'hypervisors-binary': put(
    'hypervisors',
    Buffer.from(Array.from({ length: 2048 }, (_, at) => (at * 37) & 0xff)),
  ),
  'hypervisors-up': put('hypervisors', '../../etc\n'),
  'hypervisors-10000': put('hypervisors', Array.from({ length: 10_000 }, (_, at) => `hv${at}\n`).join('')),
  'version-fifo': fifo('version/openvz'),
  'version-700-mib': large('version/openvz', 700 * 1024 * 1024),
  'vendor-fifo': fifo('vendor/openvz'),
  'license-700-mib': large('license/openvz', 700 * 1024 * 1024),
  'hooks-file': put('hooks', 'not a directory\n'),
  'hooks-link-circle': all(link('hooks', 'hooks'), listed('10-a')),
  'hook-fifo': all(fifo('hooks/10-a'), listed('10-a')),
  'hook-device': all(link('hooks/10-a', '/dev/zero'), listed('10-a')),
  'hook-socket': all(socket('hooks/10-a'), listed('10-a')),
  'hook-directory': all(put('hooks/10-a/x', 'x'), listed('10-a')),
  'hook-link-circle': all(link('hooks/10-a', '10-b'), link('hooks/10-b', '10-a'), listed('10-a')),
  'hook-link-nowhere': all(link('hooks/10-a', '/no/such/hook'), listed('10-a')),
  'hook-link-name-too-long': all(link('hooks/10-a', 'x'.repeat(300)), listed('10-a')),
  'hook-not-executable': all(put('hooks/10-a', '#!/bin/sh\n'), listed('10-a')),
  'hook-3-gib': all(
    large('hooks/10-a', 3 * 1024 ** 3),
    (directory) => chmodSync(join(directory, 'hooks/10-a'), 0o755),
    listed('10-a'),
  ),
  'hook-name-newline': all(put('hooks/10-a\nb', '#!/bin/sh\n', 0o755), listed('10-a')),
  'hooks-missing-3000': put(
    'hooks-lists/openvz',
    Array.from({ length: 3000 }, (_, at) => `no-such-hook-${at}\n`).join(''),
  ),
  'conf-fifo': fifo('conf/openvz/pipe'),
  'conf-device': link('conf/openvz/zero', '/dev/zero'),
  'conf-link-out': link('conf/openvz/passwd', '/etc/passwd'),
  'conf-link-out-up': link('conf/openvz/up', '../../../..'),
  'conf-link-circle': link('conf/openvz/here', '.'),
  'conf-link-to-above': link('conf/openvz/above', '../..'),
  'conf-link-ladder': ladder,
  'conf-link-name-too-long': link('conf/openvz/x', 'x'.repeat(300)),
  'conf-itself-link-out': link('conf/openvz', '/etc'),
  'conf-name-newline': put('conf/openvz/a\nb', 'x'),
  'conf-name-controls': put('conf/openvz/\u001b[2Jx', 'x'),
  'conf-name-not-utf8': (directory) => {
    mkdirSync(join(directory, 'conf/openvz'), { recursive: true });
    writeFileSync(
      Buffer.concat([Buffer.from(join(directory, 'conf/openvz/x')), Buffer.from([0xff, 0xfe])]),
      'x',
    );
  },
  'conf-deep': deep,
  'conf-config-700-mib': large('conf/openvz/config', 700 * 1024 * 1024),
  'conf-config-binary': put(
    'conf/openvz/config',
    Buffer.from(Array.from({ length: 2048 }, (_, at) => (at * 91) & 0xff)),
  ),
  'conf-config-directory': put('conf/openvz/config/x', 'x'),
  'stray-name-newline': put('a\nb', 'x'),
  'template-file': (directory) => {
    rmSync(directory, { recursive: true });
    writeFileSync(directory, 'not a directory\n');
  },
  'template-fifo': (directory) => {
    rmSync(directory, { recursive: true });
    execFileSync('mkfifo', [directory]);
  },
  'template-missing': (directory) => rmSync(directory, { recursive: true }),
  'template-link-circle': (directory) => {
    rmSync(directory, { recursive: true });
    symlinkSync('web', directory);
  },
};

/** Writes a case: the least template, with what the corpus holds over it, or changed by its maker. */
export async function makeTemplate(name: string, directory: string): Promise<void> {
  mkdirSync(directory, { recursive: true });
  writeTree(directory, leastTemplate);
  const maker = TEMPLATE_MAKERS[name];
  if (maker !== undefined) return maker(directory);
  const kept = join(CORPUS, 'templates', name);
  if (!existsSync(kept)) throw new Error(`neither a maker nor a directory for the template ${name}`);
  cpSync(kept, directory, { recursive: true });
}
