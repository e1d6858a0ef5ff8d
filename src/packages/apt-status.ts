import { LineSplitter } from '../report/index.js';

/**
 * Reads what apt-get writes to `APT::Status-Fd` while it downloads: lines `dlstatus:ITEM:PERCENT:TEXT`
 * (apt's README.progress-reporting). Whole percents are told once each.
 */
export function aptStatusReader(onPercent: (percent: number) => void): (chunk: Uint8Array) => void {
  let told = -1;
  const splitter = new LineSplitter((line) => {
    const percent = Math.floor(Number(/^dlstatus:[^:]*:(\d+(?:\.\d+)?):/.exec(line)?.[1] ?? Number.NaN));
    // apt learns of more to fetch as it goes on, so it may say less than before.
    if (!(percent >= 0 && percent <= 100) || percent === told) return;
    told = percent;
    onPercent(percent);
  });
  return (chunk) => splitter.write(chunk);
}
