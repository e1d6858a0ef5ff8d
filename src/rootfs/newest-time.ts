import { spawnInside } from './spawn-inside.js';

/**
 * Whole seconds since 1970: the newest mtime in a directory, itself included, that is older than `before`; 0 where there
 * is none.
 * @param before seconds: what has been made since then has a time of this moment
 */
export async function newestTime(directory: string, before: number): Promise<number> {
  let newest = 0;
  let rest = '';
  const ended = await spawnInside({
    argv: ['find', directory, '-printf', '%T@\\n'],
    env: { LC_ALL: 'C' },
    onOutput: (chunk) => {
      const lines = `${rest}${Buffer.from(chunk).toString('latin1')}`.split('\n');
      rest = lines.pop() ?? '';
      const times = lines.map((line) => Math.floor(Number(line))).filter((time) => time < before);
      for (const time of times) newest = Math.max(newest, time);
    },
    signal: new AbortController().signal,
  });
  if (!('status' in ended) || ended.status !== 0) throw new Error(`find could not read ${directory}`);
  return newest;
}
