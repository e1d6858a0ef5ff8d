import type { BackendName } from '../graph/index.js';

/** A backend that was chosen for the host, and why: a phrase. */
export interface Choice {
  readonly backend: Exclude<BackendName, 'rootfs'>;
  readonly because: string;
}

const HOMES: readonly { readonly backend: Choice['backend']; readonly distributions: readonly string[] }[] = [
  { backend: 'hasher', distributions: ['altlinux'] },
  { backend: 'mmdebstrap', distributions: ['debian', 'ubuntu'] },
  { backend: 'dnf', distributions: ['fedora', 'rhel', 'centos'] },
];

/**
 * What `auto` means on a host. Its distribution decides, since that is what its mirrors and keys are for: a Debian machine
 * with dnf on it is still no Fedora.
 * @param osRelease the text of os-release(5)
 * @param has whether a program is installed, for hosts of no known family
 */
export function chooseBackend(osRelease: string, has: (program: string) => boolean): Choice {
  const ids = [...osRelease.matchAll(/^ID(?:_LIKE)?=["']?([^"'\n]*)/gm)].flatMap(([, words = '']) =>
    words.split(/\s+/),
  );
  const home = HOMES.find(({ distributions }) => distributions.some((id) => ids.includes(id)));
  if (home !== undefined) {
    const kin = home.distributions.find((id) => ids.includes(id));
    const what = ids[0] === kin ? `this host is ${kin}` : `this host is ${ids[0]}, a relative of ${kin}`;
    return { backend: home.backend, because: what };
  }
  const unknown = 'this host is of no family known here';
  if (!has('mmdebstrap') && has('dnf')) return { backend: 'dnf', because: `${unknown} and has dnf` };
  if (!has('mmdebstrap') && has('hsh')) return { backend: 'hasher', because: `${unknown} and has hasher` };
  const found = has('mmdebstrap') ? 'and has mmdebstrap' : 'and has the programs of none';
  return { backend: 'mmdebstrap', because: `${unknown} ${found}` };
}
