import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';

import { OciFault, readOciLayout } from '../../src/actions/oci-layout.js';
import { statusLines } from '../../src/bundle/gpg-output.js';
import { claimedIssuer } from '../../src/bundle/index.js';
import { readCopyArgument } from '../../src/cli/copy-argument.js';
import { parseSecretKeys } from '../../src/cli/doctor/signing-key.js';
import { freeStart } from '../../src/cli/doctor/subordinate-ids.js';
import { versionIn } from '../../src/cli/doctor/version.js';
import { interpreterOf } from '../../src/cli/lint/interpreters.js';
import { commentsIn } from '../../src/cli/lint/shellcheck.js';
import { matchesGlob } from '../../src/graph/glob.js';
import { parseLock, renderLock } from '../../src/lock/index.js';
import { parseBundleReport } from '../../src/mkvefile/bundle-report.js';
import { mistakesInPattern } from '../../src/mkvefile/output.js';
import { bytesOf } from '../../src/mkvefile/size.js';
import { excludeMatcher } from '../../src/pack/exclude.js';
import { visible, visibleName } from '../../src/report/index.js';
import { byteString } from '../../src/tree/index.js';
import { spoiltBytes, spoiltJson, spoiltText } from '../support/mutations.js';

const directory = mkdtempSync(join(tmpdir(), 'mkve-parsers-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const RUNS = { numRuns: 300 };
const SHA = 'a'.repeat(64);
/** A version 4 signature by an ed25519 key, shortened: its issuer is in the hashed subpackets. */
const ARMOURED = `-----BEGIN PGP SIGNATURE-----

${Buffer.concat([
  Buffer.from([0x88, 0x25, 4, 0, 22, 8, 0, 0x17, 0x16, 33, 4]),
  Buffer.alloc(20, 0xab),
  Buffer.from([0, 10, 9, 16, 1, 2, 3, 4, 5, 6, 7, 8]),
]).toString('base64')}
=abcd
-----END PGP SIGNATURE-----
`;
const LOCK = {
  format: 1,
  sources: [
    {
      source: { backend: 'mmdebstrap', suite: 'bookworm' },
      snapshot: { digest: `sha256:${SHA}`, date: 5 },
      sets: [
        {
          requested: ['less'],
          packages: [
            {
              name: 'less',
              version: '1',
              arch: 'amd64',
              sha256: SHA,
              size: 1,
              origin: 'https://deb.example/l.deb',
            },
          ],
        },
      ],
    },
  ],
};

describe('any input gives a value or the failure that is meant for it:', () => {
  it('a lock, which is what is written again where it is read', () => {
    const text = fc.oneof(
      spoiltText(JSON.stringify(LOCK)),
      spoiltJson(LOCK).map((value) => JSON.stringify(value)),
    );
    fc.assert(
      fc.property(text, (written) => {
        const lock = parseLock(written, 'mkve.lock');
        if (!lock.ok) expect(lock.error.message).not.toBe('');
        else expect(parseLock(renderLock(lock.value), 'mkve.lock')).toEqual(lock);
      }),
      RUNS,
    );
  });

  it('an image layout', async () => {
    const put = (value: unknown) => {
      const bytes = JSON.stringify(value);
      const hex = createHash('sha256').update(bytes).digest('hex');
      mkdirSync(join(directory, 'blobs/sha256'), { recursive: true });
      writeFileSync(join(directory, 'blobs/sha256', hex), bytes);
      return `sha256:${hex}`;
    };
    const layer = { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: `sha256:${SHA}` };
    const platform = { os: 'linux', architecture: 'amd64' };
    await fc.assert(
      fc.asyncProperty(
        spoiltJson({ layers: [layer, layer] }),
        spoiltJson({ manifests: [{ digest: 'HERE', platform }] }),
        async (manifest, index) => {
          const digest = put(manifest);
          const text = JSON.stringify(index) ?? '';
          writeFileSync(join(directory, 'index.json'), text.replace('HERE', digest));
          const read = await readOciLayout(directory, 'amd64').catch((thrown: unknown) => thrown);
          if (read instanceof Error) expect(read).toBeInstanceOf(OciFault);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('a signature, of which the issuer is read', () => {
    fc.assert(
      fc.property(spoiltBytes(ARMOURED), (bytes) => {
        const { keyId, fingerprint } = claimedIssuer(bytes);
        expect(keyId ?? '0'.repeat(16)).toMatch(/^[0-9A-F]{16}$/);
        expect(fingerprint ?? '0'.repeat(40)).toMatch(/^[0-9A-F]{40}$/);
      }),
      { numRuns: 1000 },
    );
    expect(claimedIssuer(Buffer.from(ARMOURED)).fingerprint).toBe('AB'.repeat(20));
  });

  it("gpg's status and its list of keys", () => {
    const status = '[GNUPG:] NEWSIG\n[GNUPG:] GOODSIG 0123456789ABCDEF Ops <ops@example.org>\n';
    const keys = `sec:u:255:22:0123456789ABCDEF:1:::u:::scESC:::+::ed25519:::0:\nuid:u::::1::X::Ops:\n`;
    fc.assert(
      fc.property(spoiltText(status, keys), (text) => {
        for (const { keyword } of statusLines(Buffer.from(text))) expect(keyword).not.toContain('\n');
        expect(parseSecretKeys(text)).toBeDefined();
      }),
      RUNS,
    );
  });

  it('the report of a bundle-config', () => {
    const fields = [
      'output',
      '1',
      'a.bun',
      'failed',
      '1',
      '1:2:/c',
      'before',
      '0',
      'after',
      '1',
      'x',
      'end',
      '0',
    ];
    const report = fields.map((field) => `${field}\0`).join('');
    fc.assert(
      fc.property(spoiltBytes(report), (bytes) => {
        const read = parseBundleReport(bytes);
        for (const values of read?.values.values() ?? []) expect(Array.isArray(values)).toBe(true);
      }),
      RUNS,
    );
  });

  it("shellcheck's answer", () => {
    const comment = { file: 'a', line: 1, level: 'error', code: 1000, message: 'wrong.' };
    const text = spoiltJson({ comments: [comment] }).map((value) => JSON.stringify(value));
    fc.assert(
      fc.property(fc.oneof(text, spoiltText('{"comments":[]}')), (answer) => {
        for (const { message } of commentsIn(answer) ?? []) expect(typeof message).toBe('string');
      }),
      RUNS,
    );
  });

  it('what is written on a command line or in an mkvefile', () => {
    const written = spoiltText(
      '20 GB',
      'src:/dest',
      './a b:c',
      'out/{name}-{version}.bun',
      '*.[a-z]?',
      '1.5MiB',
      '**/x',
    );
    fc.assert(
      fc.property(written, written, (text, other) => {
        const size = bytesOf(text);
        expect(size === undefined || (Number.isSafeInteger(size) && size >= 0), text).toBe(true);
        expect(typeof matchesGlob(other, text)).toBe('boolean');
        expect(Array.isArray(mistakesInPattern(text))).toBe(true);
        expect(typeof readCopyArgument(text, directory).ok).toBe('boolean');
        expect(typeof excludeMatcher([text])(byteString(other))).toBe('boolean');
      }),
      RUNS,
    );
  });

  it('what programs and files of the host say', () => {
    const said = spoiltText(
      'apt 2.6.1 (amd64)',
      'root:100000:65536\nuser:165536:65536\n',
      '#!/usr/bin/env -S perl -w\n',
    );
    fc.assert(
      fc.property(said, (text) => {
        expect(versionIn(text) ?? '1').toMatch(/^\d/);
        expect(Number.isSafeInteger(freeStart([text]))).toBe(true);
        expect(interpreterOf(text)?.program ?? 'sh').not.toMatch(/\s/);
      }),
      RUNS,
    );
  });

  it('text of others, which is shown as one that moves nothing', () => {
    fc.assert(
      fc.property(
        spoiltText('plain', '\u001b[31mred\u001b[0m', '\u001b]0;title\u0007', 'a\u202eb\u009b2J'),
        (text) => {
          expect(visible(text)).not.toMatch(/(?![\n\t])\p{Cc}|\u202e/u);
          expect(visibleName(text)).not.toMatch(/\p{Cc}/u);
        },
      ),
      RUNS,
    );
  });
});
