import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { digestOf } from '../../src/base/index.js';
import type { Xattrs } from '../../src/tree/index.js';
import { linkGroups, listed, type NaiveDirectory, type NaiveEntry, nodeOf } from './naive-rootfs.js';

/** What a path is, for comparing a directory on disk with one in memory. Names are byte strings. */
export interface Seen {
  readonly path: string;
  readonly type: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: number;
  readonly content?: string;
  readonly target?: string;
  readonly device?: readonly [number, number];
  readonly xattrs: Xattrs;
  /** The first of all paths of the inode. */
  readonly first: string;
}

export function hasProgram(program: string): boolean {
  // busybox takes the first argument for one of its programs.
  return spawnSync(program, program === 'busybox' ? ['true'] : ['--version']).status === 0;
}

/** Device nodes, owners and attributes need root; so do these tests. */
export const isRoot = process.getuid?.() === 0 && hasProgram('python3');

/** Runs a program in the C.UTF-8 locale; whatever it says on a failure is in the message. */
export function run(argv: readonly [string, ...string[]], options: { readonly cwd?: string } = {}): Buffer {
  const [program, ...args] = argv;
  const env = { ...process.env, LC_ALL: 'C.UTF-8' };
  const ended = spawnSync(program, args, { ...options, env, maxBuffer: 1 << 28 });
  if (ended.status !== 0) throw new Error(`${argv.join(' ')} ended with ${ended.status}: ${ended.stderr}`);
  return ended.stdout;
}

/** Called as tar is: the archive, `-C`, the directory. */
const PYTHON_EXTRACT = `
import sys, tarfile
with tarfile.open(sys.argv[1], 'r:') as archive:
    archive.extractall(sys.argv[3], numeric_owner=True, filter='fully_trusted')
`;

const EXTRACT = {
  gnu: ['tar', '--xattrs', '--xattrs-include=*', '--numeric-owner', '-xpf'],
  bsd: ['bsdtar', '--numeric-owner', '-xpf'],
  busybox: ['busybox', 'tar', '--numeric-owner', '-xpf'],
  python: ['python3', '-c', PYTHON_EXTRACT],
} as const;

/** Extracts an archive into a new directory below `parent`. */
export function extract(tool: keyof typeof EXTRACT, archive: Buffer, parent: string): string {
  const file = join(parent, `${tool}.tar`);
  const directory = join(parent, tool);
  mkdirSync(directory);
  writeFileSync(file, archive);
  run([...EXTRACT[tool], file, '-C', directory]);
  return directory;
}

/** A reader of its own, so that it shares no mistake with the scanner in src/rootfs. */
const SCAN = `
import hashlib, json, os, stat, sys
root = os.fsencode(sys.argv[1])
text = lambda name: name.decode('latin1')
seen, out = {}, []
def note(path):
    full = root + b'/' + path if path else root
    st = os.lstat(full)
    kind = {stat.S_IFDIR: 'dir', stat.S_IFREG: 'file', stat.S_IFLNK: 'symlink', stat.S_IFIFO: 'fifo',
            stat.S_IFCHR: 'char', stat.S_IFBLK: 'block'}[stat.S_IFMT(st.st_mode)]
    one = {'path': text(path), 'type': kind, 'mode': stat.S_IMODE(st.st_mode), 'uid': st.st_uid,
           'gid': st.st_gid, 'mtime': st.st_mtime_ns // 10**9}
    if kind == 'file': one['content'] = 'sha256:' + hashlib.sha256(open(full, 'rb').read()).hexdigest()
    if kind == 'symlink': one['target'] = text(os.readlink(full))
    if kind in ('char', 'block'): one['device'] = [os.major(st.st_rdev), os.minor(st.st_rdev)]
    names = [os.fsencode(name) for name in os.listxattr(full, follow_symlinks=False)]
    one['xattrs'] = {text(name): text(os.getxattr(full, name, follow_symlinks=False)) for name in sorted(names)}
    one['first'] = seen.setdefault(st.st_ino, text(path)) if kind == 'file' else text(path)
    out.append(one)
    if kind == 'dir':
        for name in sorted(os.listdir(full)): note(path + b'/' + name if path else name)
sys.setrecursionlimit(10000)
note(b'')
print(json.dumps(out))
`;

/** Everything below a directory, itself first. */
export function scanned(directory: string): readonly Seen[] {
  return JSON.parse(run(['python3', '-c', SCAN, directory]).toString()) as Seen[];
}

/** Every member of an archive as Python's tarfile lists it. */
const LIST = `
import json, os, sys, tarfile
text = lambda name: os.fsencode(name).decode('latin1')
kinds = {b'5': 'dir', b'0': 'file', b'1': 'link', b'2': 'symlink', b'6': 'fifo', b'3': 'char', b'4': 'block'}
print(json.dumps([{'path': text(m.name), 'type': kinds[m.type], 'mode': m.mode, 'uid': m.uid, 'gid': m.gid,
  'mtime': int(m.mtime), 'size': m.size, 'target': text(m.linkname), 'device': [m.devmajor, m.devminor]}
  for m in tarfile.open(sys.argv[1], 'r:')]))
`;

export interface ListedMember {
  readonly path: string;
  readonly type: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: number;
  readonly size: number;
  readonly target: string;
  readonly device: readonly [number, number];
}

export function listedByPython(file: string): readonly ListedMember[] {
  return JSON.parse(run(['python3', '-c', LIST, file]).toString()) as ListedMember[];
}

/** What a scan must find after a file system in memory was packed and extracted. */
export function expectedScan(root: NaiveDirectory): readonly Seen[] {
  const groups = linkGroups(root);
  return [...listed(root)].map(([path, entry]) => {
    const meta = entry.kind === 'special' ? entry.node : entry.meta;
    const { mode, uid, gid, mtime, xattrs } = meta;
    const first = groups.get(entry)?.[0] ?? path;
    return { path, ...typeOf(entry), mode, uid, gid, mtime, xattrs: xattrs ?? {}, first };
  });
}

function typeOf(entry: NaiveEntry): Pick<Seen, 'type' | 'content' | 'target' | 'device'> {
  if (entry.kind === 'dir') return { type: 'dir' };
  if (entry.kind === 'file') return { type: 'file', content: digestOf(entry.content) };
  const node = nodeOf(entry);
  if (node.type === 'symlink') return { type: node.type, target: node.target };
  if (node.type === 'char' || node.type === 'block')
    return { type: node.type, device: [node.major, node.minor] };
  return { type: node.type };
}
