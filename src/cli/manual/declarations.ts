/** A key of an mkvefile as its type declares it. */
export interface DeclaredKey {
  readonly name: string;
  readonly isOptional: boolean;
  readonly type: string;
  readonly text: string;
  /** What holds where it is left out. */
  readonly otherwise?: string;
}

export interface DeclaredInterface {
  readonly name: string;
  readonly text: string;
  readonly keys: readonly DeclaredKey[];
}

const INTERFACE =
  /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*export interface (\w+)(?: extends \w+)? \{\n([\s\S]*?)\n\}/g;
const KEY = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*readonly (\w+)(\??):\s([\s\S]*?);\n/g;

/**
 * Reads the documented interfaces of `mkvefile/config.ts`, which is what an editor shows of an mkvefile: so mkvefile(5) says
 * the same. Only for that file, whose form the formatter fixes.
 */
export function readDeclarations(source: string): readonly DeclaredInterface[] {
  return [...source.matchAll(INTERFACE)].map(([, comment = '', name = '', body = '']) => ({
    name,
    text: proseOf(comment).text,
    keys: [...`${body}\n`.matchAll(KEY)].map(([, about = '', key = '', optional = '', type = '']) => ({
      name: key,
      isOptional: optional === '?',
      type: type.replace(/\s+/g, ' ').trim(),
      ...proseOf(about),
    })),
  }));
}

function proseOf(comment: string): { readonly text: string; readonly otherwise?: string } {
  const lines = comment.split('\n').map((line) => line.replace(/^\s*\*? ?/, ''));
  const [text = '', otherwise] = lines.join(' ').replace(/\s+/g, ' ').trim().split(' @default ');
  return otherwise === undefined ? { text: text.trim() } : { text: text.trim(), otherwise: otherwise.trim() };
}
