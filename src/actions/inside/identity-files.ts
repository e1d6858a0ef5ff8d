import type { Digest } from '../../base/index.js';
import { byteString, displayName, findNode, type Node, type TreeObjects } from '../../tree/index.js';

const SINGLE = [
  'etc/machine-id',
  'var/lib/dbus/machine-id',
  'var/lib/systemd/random-seed',
  'var/lib/urandom/random-seed',
  'var/lib/systemd/credential.secret',
];

/**
 * Files that must not be alike on two machines and that something in the build has made: ssh host keys, machine
 * ids, random seeds. The hook 90-forget-identity removes them. An empty machine-id is made anew at boot and fine.
 */
export function identityFiles(objects: TreeObjects, tree: Digest): readonly string[] {
  return [
    ...sshHostKeys(objects, tree),
    ...SINGLE.filter((path) => holdsSomething(findNode(objects, tree, byteString(path)))),
  ];
}

/** Debian's place, and ALT Linux's. */
const SSH_DIRECTORIES = ['etc/ssh', 'etc/openssh'];

function sshHostKeys(objects: TreeObjects, tree: Digest): readonly string[] {
  return SSH_DIRECTORIES.flatMap((directory) => {
    const found = findNode(objects, tree, byteString(directory));
    if (found?.type !== 'dir') return [];
    return [...objects.get(found.tree).entries]
      .filter(([name, node]) => /^ssh_host_.*_key$/.test(name) && holdsSomething(node))
      .map(([name]) => `${directory}/${displayName(name)}`);
  });
}

function holdsSomething(node: Node | undefined): boolean {
  return node?.type === 'file' && node.size > 0;
}
