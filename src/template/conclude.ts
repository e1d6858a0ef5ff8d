import { err, ok, type Result } from '../base/index.js';
import type { Problem } from '../report/index.js';
import type { Journal } from './journal.js';
import type { ResolvedTemplate, TemplateReading } from './model.js';

/** A reading is good when it holds no error; otherwise the warnings stand among the errors. */
export function conclude(read: {
  readonly name: string;
  readonly targets: readonly ResolvedTemplate[];
  readonly journal: Journal;
}): Result<TemplateReading, readonly Problem[]> {
  const { name, targets, journal } = read;
  const { problems } = journal;
  if (problems.some(({ severity }) => severity === 'error')) return err(problems);
  const reads = new Set([...journal.reads, ...targets.flatMap((target) => target.reads)]);
  return ok({ name, targets, warnings: problems, reads: [...reads] });
}
