// Loaded into a program under test by NODE_OPTIONS: says at its end how much memory it ever had, in KiB. Not by
// getrusage(2), whose maximum begins with what the process that forked it had.
const { appendFileSync, readFileSync } = require('node:fs');

process.on('exit', () => {
  const [, peak] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1')) ?? [];
  appendFileSync(process.env['MKVE_TEST_PEAK'], `${peak}\n`);
});
