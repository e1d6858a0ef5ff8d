import { digestOf } from '../../src/base/index.js';
import type { ExactPackage, MmdebstrapSource } from '../../src/graph/index.js';

export const source: MmdebstrapSource = {
  backend: 'mmdebstrap',
  suite: 'bookworm',
  architecture: 'amd64',
  repositories: [
    {
      uris: ['http://user:secret@mirror.example/debian'],
      suites: ['bookworm'],
      components: ['main'],
      keyrings: [{ file: '/etc/keys/mirror.gpg', digest: digestOf('key') }],
    },
  ],
  variant: 'minbase',
  recommends: false,
};

export function exact(name: string, version = '1.0', content = version): ExactPackage {
  return {
    name,
    version,
    arch: 'amd64',
    sha256: digestOf(`${name} ${content}`).slice('sha256:'.length),
    size: 10,
    origin: `http://mirror.example/debian/pool/${name}_${version}_amd64.deb`,
  };
}

/** What a resolve step leaves of a package. */
export function resolved(one: ExactPackage) {
  const { origin, ...others } = one;
  return { ...others, file: `${one.name}.deb`, uri: origin.replace('://', '://user:secret@') };
}
