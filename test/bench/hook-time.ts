/**
 * A shell hook that says when it begins and ends, on the clock of date(1), and is otherwise the same. Two runs of
 * date are not counted as its own, so what a build costs beyond its hooks comes out too high rather than too low.
 */
export function timedHook(
  script: string,
  { args, before }: { readonly args: readonly string[]; readonly before: string },
): string {
  const [first = '', ...body] = script.split('\n');
  if (!/^#! ?\/bin\/sh$/.test(first))
    throw new Error(`the bench can time shell hooks only, found '${first}'`);
  // A subshell: the hook may set options, traps and exit as it likes.
  return [
    first,
    `date '+${BEGIN} %s.%N'`,
    `( set -- ${args.join(' ')}`,
    before,
    ...body,
    ')',
    'status=$?',
    `date '+${END} %s.%N'`,
    'exit $status',
    '',
  ].join('\n');
}

const BEGIN = 'mkve-bench: hook begins';
const END = 'mkve-bench: hook ended';

/** What all hooks that ran took together, in milliseconds, from the log of a build. */
export function ownTimeOfHooks(log: string): number {
  return 1000 * (sumOf(log, END) - sumOf(log, BEGIN));
}

function sumOf(log: string, words: string): number {
  return [...log.matchAll(new RegExp(`${words} ([\\d.]+)$`, 'gm'))].reduce(
    (sum, [, at]) => sum + Number(at),
    0,
  );
}
