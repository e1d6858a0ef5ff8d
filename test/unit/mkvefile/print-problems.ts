import { loadMkvefile } from '../../../src/mkvefile/index.js';

/** Loads the mkvefile given as argument and prints its problems as JSON. */
const result = await loadMkvefile({ file: process.argv[2] ?? '' });
const problems =
  !result.ok && result.error.failure.kind === 'config-invalid' ? result.error.failure.problems : [];
process.stdout.write(JSON.stringify(problems));
