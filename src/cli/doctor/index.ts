/**
 * `mkve doctor`: what building takes of a machine, whether this one has it, and how it comes by what is missing. The
 * tools are a table in `tools.ts`; what the kernel allows is found out by doing it. Nothing here changes the machine
 * but `fix.ts`.
 */
export { examine } from './examine.js';
export { fixNeeds, type Progress } from './fix.js';
export type { Machine } from './machine.js';
export { missingNeeds, type Preflight } from './missing-needs.js';
export { isMissing, type Mend, type Need } from './need.js';
export { type PackageManager, packageManagerOf } from './package-managers.js';
export type { Remedies } from './remedy.js';
export { jsonLines, reportLines } from './report.js';
