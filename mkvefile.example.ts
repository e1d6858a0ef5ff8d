// An mkvefile that builds on a Debian machine:
//
//   mkve build -f mkvefile.example.ts
//
// It builds four targets into out/: pptp-server for openvz, kvm and qemu, and tiny for lxc. Copy it beside your own
// templates as mkvefile.ts and change it there. An editor shows what each key means and completes it. Relative paths
// are relative to this file.
import { defineConfig, mmdebstrap } from 'mkve';

export default defineConfig({
  templates: {
    // A native template: a directory with the lists hypervisors, packages-lists/HV, hooks-lists/HV and so on.
    'pptp-server': {
      path: './fixtures/templates/pptp-server',
      // Without this line: every hypervisor that the template lists.
      hypervisors: ['openvz', 'kvm', 'qemu'],
      // This is the default. {version} and {arch} may be used as well.
      output: 'out/{name}-{hypervisor}.bun',
    },

    // The same model written down here, for templates too small for a directory.
    tiny: {
      version: '1.0',
      hypervisors: {
        lxc: {
          packages: ['less'],
          // In the order they run. A name is looked up in the directories under `hooks` below and then among the hooks that
          // mkve ships; a path beginning with ./ is taken as it is.
          hooks: ['01-root', './fixtures/hooks/greet', '90-forget-identity'],
        },
      },
      // Hooks reach no network unless they are named here.
      network: [],
    },
  },

  // Packages come from Debian 12, whatever this machine runs. Without this line: 'auto', the machine's own distribution.
  packages: mmdebstrap({ suite: 'bookworm' }),

  // Directories of hooks that several templates share.
  hooks: ['./fixtures/hooks'],

  // Without this line, too, bundles are signed with gpg's default key. Another one: { key: 'ops@example.org' }; none: false.
  sign: {},

  // What ve-pptp-server and ve-hypervisor-kvm mean in a list of packages. On ALT Linux these are real packages; elsewhere
  // they stand for what is written here.
  services: { 'pptp-server': ['pptpd', 'iproute2'] },
  hypervisors: {
    openvz: { packages: [] },
    kvm: { packages: ['linux-image-cloud-amd64'] },
    qemu: { packages: ['linux-image-cloud-amd64'] },
  },

  // Results of earlier builds are kept in ~/.cache/mkve until they grow beyond this.
  cache: { maxSize: '20 GB' },
});
