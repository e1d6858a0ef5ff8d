import { describe, expect, it } from 'vitest';

import {
  exitStatusOf,
  type Failure,
  formatArgv,
  formatDuration,
  formatSize,
  renderFailure,
} from '../../../src/report/index.js';

describe('a failure in words', () => {
  it('shows a failed command so that it can be run by hand, its status and its last lines', () => {
    const failure: Failure = {
      kind: 'command-failed',
      what: 'hook 01-root',
      argv: ['/tmp/mkve/01-root', "it's", 'two words'],
      ending: { status: 3 },
      lastLines: ['one', 'два'],
    };
    expect(renderFailure(failure)).toEqual({
      headline: 'hook 01-root failed with status 3',
      details: [`command: /tmp/mkve/01-root 'it'\\''s' 'two words'`, 'its last lines:', '  one', '  два'],
    });
    expect(renderFailure({ ...failure, ending: { signal: 'SIGKILL' }, lastLines: [] })).toMatchObject({
      headline: 'hook 01-root was ended by SIGKILL',
      details: [expect.any(String), 'it wrote nothing'],
    });
  });

  it('names what of a directory cannot be read, but not thousands of paths', () => {
    const paths = Array.from({ length: 22 }, (_, index) => ({
      path: `/p${index}`,
      reason: 'Permission denied',
    }));
    const failure: Failure = { kind: 'tree-unreadable', directory: '/srv/chroot', paths };
    const { headline, details } = renderFailure(failure);
    expect(headline).toBe('/srv/chroot can only partly be read: 22 paths cannot');
    expect(details.slice(19, 21)).toEqual(['/p19: Permission denied', 'and 2 more']);
    expect(details.at(-1)).toContain('--exclude');
    expect(exitStatusOf(failure)).toBe(1);
    expect(exitStatusOf({ kind: 'copy-refused', detail: 'x' })).toBe(1);
  });

  it('names both remedies for a set of packages that only ALT Linux has', () => {
    const { headline, details } = renderFailure({
      kind: 'package-not-found',
      packages: ['ve-pptp-server', 've-hypervisor-kvm', 'nosuch'],
      suite: 'bookworm',
      detail: 'E: Unable to locate package nosuch',
    });
    expect(headline).toBe('suite bookworm has no package ve-pptp-server, ve-hypervisor-kvm, nosuch');
    expect(details.at(-1)).toContain("services['pptp-server'], hypervisors['kvm']");
    expect(details.at(-1)).toContain('or list the real packages');
  });

  it('counts errors, not warnings, and gives each its place', () => {
    const { headline, details } = renderFailure({
      kind: 'config-invalid',
      what: 'templates/x',
      problems: [
        { file: 'hypervisors', line: 2, message: 'wrong name', severity: 'error', hint: 'write openvz' },
        { file: 'hooks', message: 'unused', severity: 'warning' },
      ],
    });
    expect(headline).toBe('templates/x has 1 mistake');
    expect(details).toEqual(['hypervisors:2: wrong name', '    write openvz', 'hooks: warning: unused']);
  });

  it('tells every kind from the others by its exit status, as the reference has it', () => {
    const statuses: readonly (readonly [Failure, number])[] = [
      [{ kind: 'usage-wrong', message: '' }, 2],
      [{ kind: 'config-invalid', what: '', problems: [] }, 2],
      [{ kind: 'target-unknown', wanted: '', known: [] }, 2],
      [{ kind: 'worker-died', detail: '' }, 1],
      [{ kind: 'verification-failed', file: '', faults: [] }, 4],
      [{ kind: 'store-broken', path: '', detail: '' }, 5],
      [{ kind: 'host-lacks', needs: [] }, 6],
      [{ kind: 'cancelled' }, 130],
    ];
    for (const [failure, status] of statuses) expect(exitStatusOf(failure), failure.kind).toBe(status);
  });
});

describe('figures', () => {
  it('are short and have their unit', () => {
    expect([9, 999, 12_340, 59_960, 185_000].map(formatDuration)).toEqual([
      '0.01 s',
      '1.00 s',
      '12.3 s',
      '60.0 s',
      '3 min 05 s',
    ]);
    expect([0, 999, 1000, 61_500_000].map(formatSize)).toEqual(['0 B', '999 B', '1.0 kB', '61.5 MB']);
  });

  it('quote what a shell would not read back', () => {
    expect(formatArgv(['a', '', 'b c', '$x'])).toBe("a '' 'b c' '$x'");
    expect(formatArgv(['x'.repeat(1000)]).length).toBeLessThan(700);
  });
});
