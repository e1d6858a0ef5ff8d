import { readFileSync } from 'node:fs';

/** Bytes that this machine has received so far on all interfaces but loopback: proc(5), `/proc/net/dev`. */
export function bytesReceived(): number {
  let sum = 0;
  for (const line of readFileSync('/proc/net/dev', 'utf8').split('\n').slice(2)) {
    const [name = '', counters = ''] = line.split(':');
    if (name.trim() !== 'lo') sum += Number(counters.trim().split(/\s+/)[0] || 0);
  }
  return sum;
}
