import { writeFile } from 'node:fs/promises';

import { type ActionDeps, discardChanges } from '../../actions/index.js';
import { err, messageOf, ok, type Result } from '../../base/index.js';
import { count, type Failure } from '../../report/index.js';
import { stateDifferencesWithTexts } from '../diff/state-differences.js';
import type { States } from '../diff/texts.js';
import type { Command } from '../main.js';
import { hookDraft } from './hook-draft.js';

interface KeepRequest {
  readonly file: string;
  /** `tiny/lxc after 01-root` */
  readonly place: string;
  readonly states: States;
  readonly actions: ActionDeps;
  readonly command: Command;
}

/** Writes the draft, and takes away what it was made of. */
export async function keepDraft(request: KeepRequest): Promise<Result<void, Failure>> {
  const { states, actions } = request;
  try {
    return await writeDraft(request);
  } finally {
    await discardChanges(states.before, states.after, actions);
  }
}

async function writeDraft({
  file,
  place,
  states,
  actions,
  command,
}: KeepRequest): Promise<Result<void, Failure>> {
  const { streams, signal } = command;
  const compared = await stateDifferencesWithTexts(states, { actions, signal });
  if (!compared.ok) return compared;
  const { differences, contents } = compared.value;
  if (differences.length === 0) {
    streams.err('nothing was changed, so no draft is written');
    return ok(undefined);
  }
  const { sourceDateEpoch } = states.before;
  try {
    const text = hookDraft(differences, { place }, { ...contents, sourceDateEpoch });
    await writeFile(file, text, { flag: 'wx', mode: 0o755 });
  } catch (thrown) {
    return err({ kind: 'output-unwritable', path: file, detail: messageOf(thrown) });
  }
  streams.err(`kept     ${count(differences.length, 'change')} as a draft of a hook -> ${file}`);
  return ok(undefined);
}
