import { describe, expect, it } from 'vitest';

import { nestingFaults, type PackageSets, requestedPackages } from '../../../src/template/index.js';

function sets(
  services: Readonly<Record<string, readonly string[]>>,
  hypervisors: Readonly<Record<string, readonly string[]>> = {},
): PackageSets {
  return { services: new Map(Object.entries(services)), hypervisors: new Map(Object.entries(hypervisors)) };
}
const requested = (names: readonly string[], hypervisor: string, mapping: PackageSets) =>
  Object.fromEntries(requestedPackages(names, hypervisor, mapping));

describe('the entries of a package list', () => {
  const mapping = sets({ web: ['nginx', 'less'], empty: [] }, { kvm: ['linux-image', 'less'], openvz: [] });

  it('stand for themselves, a service for the sum of its packages and those of the hypervisor', () => {
    expect(requested(['tree', 've-web'], 'kvm', mapping)).toEqual({
      tree: ['tree'],
      've-web': ['less', 'linux-image', 'nginx'],
    });
    expect(requested(['ve-web'], 'openvz', mapping)).toEqual({ 've-web': ['less', 'nginx'] });
    expect(requested(['ve-web', 've-empty'], 'lxc', mapping)).toEqual({
      've-web': ['less', 'nginx'],
      've-empty': [],
    });
  });

  it('name a hypervisor alone, whatever the target is', () => {
    expect(requested(['ve-hypervisor-kvm'], 'lxc', mapping)).toEqual({
      've-hypervisor-kvm': ['less', 'linux-image'],
    });
  });

  it('stay as they are when nothing maps them, and bring no hypervisor along', () => {
    const names = ['ve-other', 've-hypervisor-qemu', 'vec', 'tree=1.0'];
    expect(requested(names, 'kvm', mapping)).toEqual(Object.fromEntries(names.map((name) => [name, [name]])));
  });

  it('mean the same in any order', () => {
    expect(JSON.stringify(requested(['b', 've-web', 'a'], 'kvm', mapping))).toBe(
      JSON.stringify(requested(['ve-web', 'a', 'b'], 'kvm', mapping)),
    );
  });

  it('may be sets that name other sets, one level deep', () => {
    const nested = sets({ site: ['ve-web', 'git'], web: ['nginx'] }, { kvm: ['ve-web', 'kernel'] });
    expect(nestingFaults(nested)).toEqual([]);
    expect(requested(['ve-site'], 'kvm', nested)).toEqual({ 've-site': ['git', 'kernel', 'nginx'] });
    expect(requested(['ve-site'], 'lxc', nested)).toEqual({ 've-site': ['git', 'nginx'] });
    expect(requested(['ve-hypervisor-kvm'], 'kvm', nested)).toEqual({
      've-hypervisor-kvm': ['kernel', 'nginx'],
    });
  });
});

describe('sets in sets in sets', () => {
  it('are mistakes, and so is a circle, each at its place', () => {
    const deep = sets(
      { a: ['x', 've-b'], b: ['ve-c'], c: ['y'], self: ['ve-self'] },
      { kvm: ['ve-hypervisor-kvm'] },
    );
    expect(nestingFaults(deep).map(({ kind, name, index }) => [kind, name, index])).toEqual([
      ['services', 'a', 1],
      ['services', 'self', 0],
      ['hypervisors', 'kvm', 0],
    ]);
    expect(nestingFaults(deep)[0]?.message).toBe(
      "'ve-b' is a set that names a set itself, 've-c': expected at most one level of sets in sets",
    );
  });
});
