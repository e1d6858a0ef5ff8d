/** What `mkve lint` looks for: one file a check, and `CHECKS` names them all. */
import { alikeHooks } from './alike-hooks.js';
import type { LintCheck } from './finding.js';
import { interpreters } from './interpreters.js';
import { staleOutputs } from './stale-outputs.js';
import { unknownPackages } from './unknown-packages.js';
import { unusedHooks } from './unused-hooks.js';

export type { LintCheck, LintFinding, LintSubject, LintTemplate } from './finding.js';
export { shellcheck } from './shellcheck.js';

/** Those that need no program of the host. */
export const CHECKS: readonly LintCheck[] = [
  unusedHooks,
  alikeHooks,
  interpreters,
  unknownPackages,
  staleOutputs,
];
