import { readFileSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { HostileRig, RUNS_AS } from './support/hostile-rig.js';
import type { Ran } from './support/rig.js';

describe.each(RUNS_AS)('a hook that writes or runs without end, mkve run by the %s', (as) => {
  let hostile: HostileRig;
  beforeAll(() => {
    hostile = new HostileRig(as);
  });
  afterAll(() => hostile.dispose());

  const logOf = ({ stderr }: Ran) => readFileSync(/whole output: (\S+)/.exec(stderr)?.[1] ?? '', 'latin1');

  it('fills neither memory nor disk with its output, be it one line', async () => {
    const endless =
      'head -c 12000000 /dev/zero | tr "\\0" "x"; yes | head -c 1000000; head -c 12000000 /dev/zero';
    const ran = await hostile.build({ '10-flood': `${endless}; echo; echo the end; exit 9` });
    expect(ran.status).toBe(1);
    expect(ran.stderr).toMatch(/hook 10-flood-\S+ failed with status 9/);
    const kept = logOf(ran);
    expect(kept.length).toBeLessThan(21_000_000);
    expect(kept).toMatch(/\n\[mkve left out \d+ bytes here\]\n/);
    expect(kept.endsWith('\0\nthe end\n')).toBe(true);
    await hostile.expectAllWell();
  });

  it('does nothing to a terminal or a CI system, nor to what reads JSON, by what it writes', async () => {
    const hook = `printf 'a\\0b\\033]0;title\\007\\033[2J\\033[31mred\\033[0m\\r\\n::error::x\\n\\200\\377\\302\\233\\n'; exit 4`;
    const plain = await hostile.build({ '10-escapes': hook });
    expect(plain.status).toBe(1);
    const text = plain.stdout + plain.stderr;
    expect(text).toMatch(/10-escapes-\S+ \| a\^@b\^\[\]0;title\^G\^\[\[2Jred$/m);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what must not be there
    expect(text).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f\u0080-\u009f]/);
    expect(text).not.toMatch(/^::/m);
    expect(Buffer.from(logOf(plain), 'latin1').subarray(-15).toString('latin1')).toContain(
      '\x80\xff\xc2\x9b\n',
    );
    const json = await hostile.build({ '10-escapes': hook }, { args: ['--json'] });
    const lines = json.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; text?: string });
    expect(lines.map(({ text }) => text ?? '').join('')).toContain('a\0b\x1b]0;title');
    await hostile.expectAllWell();
  });

  it('leaves no process behind, and keeps nobody waiting for those that it leaves', async () => {
    const name = hostile.hookName('daemon');
    const endless = `sh -c 'trap "" TERM HUP INT QUIT; echo x >>/started; while :; do sleep 1; done' ${name}`;
    const ran = await hostile.build({
      '10-daemons': `(setsid ${endless} &)
        ( ( setsid ${endless} >/dev/null 2>&1 </dev/null & ) & )
        ${endless} &
        setsid sh -c 'while :; do echo late >>/late; echo noise; done' ${name} &
        until test -s /late && test "$(grep -c x /started)" = 3; do :; done
        kill -9 -1 2>/dev/null; exit 0`,
      '20-next': `test -z "$(ps -o args | grep ${name.slice(0, 6)} | grep -v grep)" && cp /late /seen && echo the end`,
    });
    expect(ran.status, ran.stdout.slice(-3000) + ran.stderr).toBe(0);
    expect(ran.stdout).toContain('| the end');
    // What was still being written when the hook ended was written no more once it was looked at.
    const sizes = hostile.packed().filter((line) => / \.\/(?:late|seen)$/.test(line));
    expect(new Set(sizes.map((line) => line.split(/\s+/)[2])).size).toBe(1);
    hostile.expectNothingLeft();
    const kept = await hostile.build({
      '10-daemons': `(setsid ${endless} &)\n${endless} &\necho started all; exit 3`,
    });
    expect(kept.stderr).toMatch(/hook 10-daemons-\S+ failed with status 3/);
    await hostile.expectAllWell();
  });
});
