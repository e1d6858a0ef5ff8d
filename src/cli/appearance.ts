/** How output is to look, by what the process was started with. */
export interface Appearance {
  readonly display: 'terminal' | 'lines';
  readonly colors: 'colored' | 'plain';
  /** The CI system whose log viewer can fold lines. */
  readonly folding: 'github' | 'gitlab' | 'none';
}

interface Circumstances {
  readonly env: Readonly<Record<string, string>>;
  /** Whether standard output is a terminal. */
  readonly output: 'terminal' | 'other';
  /** `never`: `--no-color` was given. */
  readonly colors: 'auto' | 'never';
}

/**
 * A terminal gets a live display with colours, anything else plain lines. `CI` makes a terminal like anything else:
 * what looks like one there is a log. NO_COLOR is as no-color.org has it. FORCE_COLOR is as Node itself has it:
 * `0` or `false` for none, anything else for colours, on whatever output, and stronger than NO_COLOR.
 */
export function appearanceOf({ env, output, colors }: Circumstances): Appearance {
  const display = output === 'terminal' && !isSet(env['CI']) && canDraw(env['TERM']) ? 'terminal' : 'lines';
  return { display, colors: colors === 'never' ? 'plain' : colorsOf(env, display), folding: foldingOf(env) };
}

function colorsOf(
  env: Readonly<Record<string, string>>,
  display: Appearance['display'],
): Appearance['colors'] {
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return forced === '0' || forced === 'false' ? 'plain' : 'colored';
  const refused = env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '';
  return display === 'terminal' && !refused ? 'colored' : 'plain';
}

function foldingOf(env: Readonly<Record<string, string>>): Appearance['folding'] {
  if (env['GITHUB_ACTIONS'] === 'true') return 'github';
  return env['GITLAB_CI'] === 'true' ? 'gitlab' : 'none';
}

/** CI systems set `CI=true`; whoever sets it to `false` or nothing means that this is none. */
function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== 'false' && value !== '0';
}

/** `dumb` is what editors set whose windows know no cursor; without TERM nobody knows. */
function canDraw(term: string | undefined): boolean {
  return term !== undefined && term !== '' && term !== 'dumb';
}
