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

function sshHostKeys(objects: TreeObjects, tree: Digest): readonly string[] {
  const ssh = findNode(objects, tree, byteString('etc/ssh'));
  if (ssh?.type !== 'dir') return [];
  return [...objects.get(ssh.tree).entries]
    .filter(([name, node]) => /^ssh_host_.*_key$/.test(name) && holdsSomething(node))
    .map(([name]) => `etc/ssh/${displayName(name)}`);
}

function holdsSomething(node: Node | undefined): boolean {
  return node?.type === 'file' && node.size > 0;
}
