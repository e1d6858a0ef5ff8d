/** What a piece of text is, for those who see colours. */
export type Style = 'run' | 'done' | 'cached' | 'failed' | 'warning' | 'faint';

/** Gives text the colour of its style, or none. */
export type Paint = (style: Style, text: string) => string;

/** Only of the sixteen colours that every terminal has, whose shades are the user's own. */
const CODES: Readonly<Record<Style, readonly [on: string, off: string]>> = {
  run: ['36', '39'],
  done: ['32', '39'],
  cached: ['2', '22'],
  failed: ['1;31', '22;39'],
  warning: ['33', '39'],
  faint: ['2', '22'],
};

export function painter(colors: 'colored' | 'plain'): Paint {
  if (colors === 'plain') return (_style, text) => text;
  return (style, text) => {
    const [on, off] = CODES[style];
    return `\x1b[${on}m${text}\x1b[${off}m`;
  };
}
