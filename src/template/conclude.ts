import { err, ok, type Result } from '../base/index.js';
import type { Journal } from './journal.js';
import type { ResolvedTemplate, TemplateFaults, TemplateReading } from './model.js';

/** A reading is good when it holds no error; otherwise the warnings stand among the errors. */
export function conclude(read: {
  readonly name: string;
  readonly targets: readonly ResolvedTemplate[];
  readonly journal: Journal;
}): Result<TemplateReading, TemplateFaults> {
  const { name, targets, journal } = read;
  const { problems, allReads: reads } = journal;
  if (problems.some(({ severity }) => severity === 'error')) return err({ problems, reads });
  return ok({ name, targets, warnings: problems, reads });
}
