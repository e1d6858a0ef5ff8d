import { expect, test } from 'vitest';

import { logTail } from '../../../../src/cli/graph/log-tail.js';

test('a short log is kept whole', () => {
  expect(logTail(Buffer.from('волки\n'))).toEqual({ text: 'волки\n', cutBytes: 0 });
});

test('of a long one the last 64 KiB are kept, from a whole character on', () => {
  const bytes = Buffer.from(`${'я'.repeat(40_000)}!`);
  const { text, cutBytes } = logTail(bytes);
  expect(Buffer.byteLength(text)).toBe(65_535);
  expect(cutBytes + Buffer.byteLength(text)).toBe(bytes.length);
  expect(text).toMatch(/^я+!$/);
});

test('bytes that are no text are cut where they are', () => {
  expect(logTail(Buffer.alloc(70_000, 0x80)).cutBytes).toBe(70_000 - 65_536 + 3);
});
