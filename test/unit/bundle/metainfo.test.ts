import { describe, expect, test } from 'vitest';

import { digestOf } from '../../../src/base/index.js';
import { type Metainfo, parseMetainfo, rootfsOf, writeMetainfo } from '../../../src/bundle/index.js';

const ZEROS = '0'.repeat(64);

const SAMPLE: Metainfo = {
  format: 1,
  name: 'pptp-server',
  template_version: '0.02',
  hypervisor: 'openvz',
  arch: 'amd64',
  vendor: 'Волки и Ко',
  source_date_epoch: 1_700_000_000,
  mkve: '0.1.0',
  packages: { digest: digestOf('[]\n'), count: 0 },
  members: [
    {
      path: 'rootfs.tar.gz',
      size: 20,
      sha256: ZEROS,
      mode: '0644',
      compression: 'gzip',
      plain: { size: 0, sha256: ZEROS },
    },
    { path: 'packages.json', size: 3, sha256: digestOf('[]\n').slice(7), mode: '0644' },
    { path: 'conf/start', size: 0, sha256: ZEROS, mode: '0755' },
  ],
};

/** The faults of the sample after a change to its JSON text. */
function faultsAfter(change: (text: string) => string): readonly string[] {
  const parsed = parseMetainfo(Buffer.from(change(writeMetainfo(SAMPLE).toString())));
  return parsed.ok ? [] : parsed.error;
}

function replaced(from: string, to: string): readonly string[] {
  expect(writeMetainfo(SAMPLE).toString()).toContain(from);
  return faultsAfter((text) => text.replace(from, to));
}

describe('metainfo.json', () => {
  test('is canonical JSON with the members in bundle order and a final newline', () => {
    const text = writeMetainfo(SAMPLE).toString();
    expect(text.endsWith('}\n')).toBe(true);
    expect(
      text.startsWith(
        '{"arch":"amd64","format":1,"hypervisor":"openvz","members":[{"mode":"0755","path":"conf/start"',
      ),
    ).toBe(true);
  });

  test('reads back as it was written', () => {
    const parsed = parseMetainfo(writeMetainfo(SAMPLE));
    const sorted = [SAMPLE.members[2], SAMPLE.members[1], SAMPLE.members[0]];
    expect(parsed).toEqual({ ok: true, value: { ...SAMPLE, members: sorted } });
    expect(parsed.ok && rootfsOf(parsed.value)?.compression).toBe('gzip');
  });

  test('says what each entry of the package list stands for, where it does', () => {
    const requested = { less: ['less'], 've-empty': [], 've-web': ['nginx', 'tree=1.0'] };
    const parsed = parseMetainfo(writeMetainfo({ ...SAMPLE, requested }));
    expect(parsed.ok && parsed.value.requested).toEqual(requested);
    const broken = (value: string) => replaced('"packages":', `"requested":${value},"packages":`);
    const fault = 'requested has another form: expected an object of lists of texts';
    for (const value of ['[]', '{"a":"b"}', '{"a":[1]}', '{"a":["x\\n"]}', '{"":["a"]}'])
      expect(broken(value)).toEqual([fault]);
  });

  test('of a newer format is refused in one sentence, whatever else it holds', () => {
    expect(faultsAfter(() => '{"format":2,"news":[]}')).toEqual([
      'format 2 is newer than this mkve reads (1): use a newer mkve',
    ]);
  });

  test('lists all its faults at once', () => {
    const faults = faultsAfter((text) =>
      text
        .replace('"name":"pptp-server"', '"name":""')
        .replace('"hypervisor":"openvz"', '"hypervisor":"Open VZ"')
        .replace('"size":20', '"size":-20')
        .replace('"arch":"amd64",', ''),
    );
    expect(faults).toEqual([
      'name has another form: expected one line of text',
      'hypervisor has another form: expected a hypervisor name such as openvz',
      'arch is missing: expected one line of text',
      'members[2].size has another form: expected a whole number',
    ]);
  });

  test.each([
    ['"path":"conf/start"', '"path":"conf/../start"', `the member path "conf/../start" holds '..'`],
    ['"path":"conf/start"', '"path":"/start"', 'the member path "/start" is absolute'],
    ['"path":"conf/start"', '"path":"metainfo.json.asc"', 'metainfo.json.asc must not be listed'],
    ['"path":"conf/start"', '"path":"start"', 'the member path "start" is not a member that format 1 knows'],
    ['"path":"rootfs.tar.gz"', '"path":"rootfs.tar"', 'rootfs.tar is listed with compression gzip'],
    ['"path":"packages.json"', '"path":"conf/p"', 'packages.json is not listed'],
    [digestOf('[]\n'), digestOf('x'), 'packages.digest is not that of packages.json'],
    ['1700000000', '99999999999', 'source_date_epoch is beyond what tar can hold'],
    ['"mkve":"0.1.0"', '"mkve":"0.1.0","x":1', '"x" is not a known key'],
    ['"mkve":"0.1.0"', '"mkve":"0.1.0\\n"', 'mkve has another form: expected one line of text'],
  ])('with %s changed to %s is refused', (from, to, fault) => {
    expect(replaced(from, to)).toContain(fault);
  });

  test('with a member listed twice, or as file and directory, is refused', () => {
    const entry = SAMPLE.members[2];
    if (entry === undefined) throw new Error('the sample has three members');
    const doubled = { ...SAMPLE, members: [...SAMPLE.members, entry, { ...entry, path: 'conf/start/now' }] };
    const parsed = parseMetainfo(writeMetainfo(doubled));
    expect(parsed.ok ? [] : parsed.error).toEqual([
      'conf/start is listed twice',
      'conf/start is listed as a file and as a directory',
    ]);
  });

  test.each([
    ['a space', '{"arch"', '{ "arch"'],
    ['another order of keys', '"arch":"amd64","format":1', '"format":1,"arch":"amd64"'],
    ['a key given twice', '{"arch"', '{"arch":"i386","arch"'],
    ['another spelling of a number', '1700000000', '17e8'],
    ['an escaped letter', '"pptp-server"', '"\\u0070ptp-server"'],
  ])('with %s is not canonical', (_, from, to) => {
    expect(replaced(from, to)).toEqual([expect.stringContaining('not the canonical JSON')]);
  });

  test.each([
    ['no JSON', Buffer.from('hello')],
    ['no UTF-8', Buffer.from([0x22, 0xff, 0x22])],
    ['a byte order mark', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), writeMetainfo(SAMPLE)])],
    ['nothing', Buffer.alloc(0)],
    ['a list', Buffer.from('[]\n')],
    ['very deep', Buffer.from('['.repeat(1_000_000))],
  ])('that is %s is refused without a crash', (_, bytes) => {
    expect(parseMetainfo(bytes).ok).toBe(false);
  });
});
