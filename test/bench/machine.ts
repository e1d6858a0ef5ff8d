import { execFileSync } from 'node:child_process';
import { availableParallelism, loadavg, release, totalmem } from 'node:os';

/** What the figures were measured on, in one line. @param directory where the store is */
export function describeMachine(directory: string): string {
  return [
    `${availableParallelism()} cores`,
    `${(totalmem() / 1024 ** 3).toFixed(0)} GiB of memory`,
    `Node ${process.version}`,
    `Linux ${release()}`,
    `store on ${execFileSync('stat', ['--file-system', '--format=%T', directory], { encoding: 'utf8' }).trim()}`,
    process.getuid?.() === 0 ? 'as root' : 'as an ordinary user',
  ].join(', ');
}

/** Whether other work on the machine is about to show in the figures, in one line; nothing when it is idle. */
export function describeLoad(): string | undefined {
  const load = loadavg()[0] ?? 0;
  if (load < 0.3 * availableParallelism()) return undefined;
  return `the load average was ${load.toFixed(1)} before the first run: other work shows in these figures`;
}
