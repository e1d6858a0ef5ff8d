import { assertNever } from '../base/index.js';
import type { Step, StepId } from './step.js';

/** The steps whose results a step starts from, by the purpose they serve. */
export function inputsOf(step: Step): Readonly<Record<string, StepId>> {
  switch (step.kind) {
    case 'conf':
    case 'tarify':
      return {};
    case 'snapshot':
      return step.base === undefined ? {} : { base: step.base };
    case 'resolve':
      return step.base === undefined
        ? { snapshot: step.snapshot }
        : { snapshot: step.snapshot, base: step.base };
    case 'base':
      return step.resolved === undefined
        ? { snapshot: step.snapshot }
        : { snapshot: step.snapshot, resolved: step.resolved };
    case 'packages':
      return { snapshot: step.snapshot, base: step.base, resolved: step.resolved };
    case 'hook':
    case 'command':
    case 'copy':
    case 'pack':
      return { from: step.from };
    case 'archive':
      return { pack: step.pack };
    case 'metainfo':
      return { pack: step.pack, conf: step.conf };
    case 'sign':
      return { metainfo: step.metainfo };
    case 'bundle':
      return step.signature === undefined
        ? { metainfo: step.metainfo, pack: step.pack, conf: step.conf }
        : { metainfo: step.metainfo, signature: step.signature, pack: step.pack, conf: step.conf };
    default:
      return assertNever(step);
  }
}
