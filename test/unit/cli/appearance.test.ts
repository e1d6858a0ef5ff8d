import { describe, expect, it } from 'vitest';

import { appearanceOf } from '../../../src/cli/appearance.js';

const TERM = { TERM: 'xterm-256color' };

describe('how output looks', () => {
  it.each([
    // A terminal.
    [TERM, 'terminal', 'auto', 'terminal', 'colored'],
    [TERM, 'other', 'auto', 'lines', 'plain'],
    [{ TERM: 'dumb' }, 'terminal', 'auto', 'lines', 'plain'],
    [{}, 'terminal', 'auto', 'lines', 'plain'],
    [{ ...TERM, CI: 'true' }, 'terminal', 'auto', 'lines', 'plain'],
    [{ ...TERM, CI: 'false' }, 'terminal', 'auto', 'terminal', 'colored'],
    [{ ...TERM, CI: '' }, 'terminal', 'auto', 'terminal', 'colored'],
    // Colours: no-color.org and Node's FORCE_COLOR.
    [{ ...TERM, NO_COLOR: '1' }, 'terminal', 'auto', 'terminal', 'plain'],
    [{ ...TERM, NO_COLOR: '' }, 'terminal', 'auto', 'terminal', 'colored'],
    [TERM, 'terminal', 'never', 'terminal', 'plain'],
    [{ ...TERM, FORCE_COLOR: '0' }, 'terminal', 'auto', 'terminal', 'plain'],
    [{ ...TERM, FORCE_COLOR: 'false' }, 'terminal', 'auto', 'terminal', 'plain'],
    [{ FORCE_COLOR: '' }, 'other', 'auto', 'lines', 'colored'],
    [{ FORCE_COLOR: '1' }, 'other', 'auto', 'lines', 'colored'],
    [{ FORCE_COLOR: '3', NO_COLOR: '1' }, 'other', 'auto', 'lines', 'colored'],
    [{ FORCE_COLOR: '3' }, 'other', 'never', 'lines', 'plain'],
    [{ ...TERM, CI: '1', FORCE_COLOR: '2' }, 'terminal', 'auto', 'lines', 'colored'],
  ] as const)('with %j on %s, colours %s: %s, %s', (env, output, colors, display, looks) => {
    expect(appearanceOf({ env, output, colors })).toEqual({ display, colors: looks, folding: 'none' });
  });

  it('is folded for the CI systems that can', () => {
    const folding = (env: Readonly<Record<string, string>>) =>
      appearanceOf({ env, output: 'other', colors: 'auto' }).folding;
    expect(folding({ GITHUB_ACTIONS: 'true', CI: 'true' })).toBe('github');
    expect(folding({ GITLAB_CI: 'true', CI: 'true' })).toBe('gitlab');
    expect(folding({ CI: 'true' })).toBe('none');
  });
});
