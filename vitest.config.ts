import { defineConfig } from 'vitest/config';

// Node reads these certificates whenever it starts, which takes longer than all else of a start, and the tests start it some thousand
// times. None of them speaks TLS through Node.
delete process.env['NODE_EXTRA_CA_CERTS'];

export default defineConfig({
  test: {
    // The tests wait for programs, and these for disks and for each other: more than there are processors.
    maxWorkers: 3,
    // Loading mkve anew for each file took longer than the unit tests themselves. What a test leaves in the process is its mistake.
    isolate: false,
    projects: [
      {
        extends: true,
        test: {
          name: 'fast',
          include: ['test/{unit,contract,property,hostile}/**/*.test.ts'],
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/e2e/support/global-setup.ts'],
          testTimeout: 240_000,
          hookTimeout: 240_000,
        },
      },
    ],
  },
});
