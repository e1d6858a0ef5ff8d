import { hookAtHand, insideEnvironment, openShell, type ShellEnded } from '../../actions/index.js';
import { bug, ok, type Result } from '../../base/index.js';
import type { MetainfoStep, Step, Target } from '../../graph/index.js';
import { stepsInOrder } from '../../graph/index.js';
import type { Failure } from '../../report/index.js';
import { type Attachment, type RootfsState, rootfsState } from '../../rootfs/index.js';
import { hookEnvironment } from '../../template/index.js';
import { draftFile } from '../draft/draft-file.js';
import { statusOfShell } from '../exit-status.js';
import { type Command, fail } from '../main.js';
import { type OpenProject, openProject } from '../open-project.js';
import { has, lastOf, type ParsedOptions } from '../options/index.js';
import type { Project } from '../project.js';
import { reportingOf } from '../reporters.js';
import {
  oneRootfsStep,
  oneTarget,
  type RootfsStep,
  rootfsSteps,
  shortName,
  stepBefore,
} from '../rootfs-steps.js';
import { type ShellOptions, type WantedShell, wantedShell, wrongUsage } from '../shell-arguments.js';
import { attachmentOf, lackingForShells } from '../shell-attachment.js';
import { bringUpToDate } from '../up-to-date.js';

/** `mkve shell`: a shell in a root file system of a target, on a layer that is thrown away. */
export async function shellCommand(command: Command, options: ShellOptions): Promise<number> {
  const wanted = wantedShell(options);
  if (!wanted.ok) return fail('mkve', wanted.error, command.streams);
  const project = await openProject(command, options as ParsedOptions<'file' | 'jobs'>);
  if (!project.ok) return fail('mkve', project.error, command.streams);
  return enterProject({ command, options, project: project.value }, wanted.value);
}

async function enterProject(entering: Entering, wanted: WantedShell): Promise<number> {
  const { command, project } = entering;
  const leave = project.session.store.running.enter();
  try {
    const place = placeOf(project, wanted);
    return place.ok ? await enter(entering, wanted, place.value) : fail('mkve', place.error, command.streams);
  } finally {
    await leave();
    await project.session.close();
  }
}

/** Where the shell is opened. */
interface Place {
  readonly target: Target;
  /** What was named, and the step whose result is entered. */
  readonly step: RootfsStep;
  readonly entered: RootfsStep;
  /** `after 01-root` */
  readonly words: string;
}

function placeOf(project: Project, { target: name, at, when }: WantedShell): Result<Place, Failure> {
  const target = oneTarget(project, name);
  if (!target.ok) return target;
  const steps = rootfsSteps(project, target.value);
  const last = steps.at(-1) ?? bug(`${target.value.name} has no root file system`);
  const step = at === undefined ? ok(last) : oneRootfsStep(target.value, steps, at);
  if (!step.ok) return step;
  const entered = when === 'after' ? step.value : stepBefore(steps, step.value);
  if (entered === undefined)
    return wrongUsage('before base there is no root file system', 'leave out --before');
  return ok({
    target: target.value,
    step: step.value,
    entered,
    words: `${when} ${shortName(step.value)}`,
  });
}

interface Entering {
  readonly command: Command;
  readonly options: ShellOptions;
  readonly project: OpenProject;
}

async function enter(entering: Entering, wanted: WantedShell, place: Place): Promise<number> {
  const { command, options, project } = entering;
  const { streams, host } = command;
  const { entered } = place;
  const attachment = attachmentOf();
  const lacking = lackingForShells(host, attachment);
  if (lacking !== undefined) return fail('mkve', lacking, streams);
  const draft = has(options, 'keep') ? draftFile(lastOf(options, 'keep') ?? '', host.cwd) : undefined;
  if (draft?.ok === false) return fail('mkve', draft.error, streams);
  const told = attachment.kind === 'terminal' ? 'as a build' : 'on standard error';
  const reporting = reportingOf(options);
  const results = await bringUpToDate({ command, project, wanted: [entered.id], reporting, told });
  if (!results.ok) return results.error;
  const state = rootfsState(results.value.get(entered.id));
  const ran = await run(entering, { wanted, place, state, attachment });
  if (!ran.ok) return fail('mkve', ran.error, streams);
  const { ended, after } = ran.value;
  if (draft === undefined) return statusOfShell(ended);
  const { actions } = project.session;
  const origin = { file: draft.value, place: `${place.target.name} ${place.words}` };
  const { keepDraft } = await import('../draft/keep-draft.js');
  const kept = await keepDraft({ ...origin, states: { before: state, after }, actions, command });
  return kept.ok ? statusOfShell(ended) : fail('mkve', kept.error, streams);
}

async function run(
  { command, options, project }: Entering,
  shell: {
    readonly wanted: WantedShell;
    readonly place: Place;
    readonly state: RootfsState;
    readonly attachment: Attachment;
  },
): Promise<Result<ShellEnded, Failure>> {
  const { wanted, place, state, attachment } = shell;
  const { step, target } = place;
  const file = step.kind === 'hook' ? await hookAtHand(step) : undefined;
  if (file?.ok === false) return file;
  const isTerminal = attachment.kind === 'terminal';
  const onReady = () => {
    if (isTerminal && wanted.command === undefined && !has(options, 'quiet'))
      command.streams.err(`shell    ${target.name} ${place.words}; ${fateOfChanges(options)}`);
  };
  return openShell(
    {
      state,
      ...(wanted.command === undefined ? {} : { command: wanted.command }),
      env: { ...insideEnvironment(state.sourceDateEpoch), ...environmentOf(project, target) },
      network: step.kind === 'hook' ? step.network : 'none',
      files: file === undefined ? [] : [file.value],
      changes: has(options, 'keep') ? 'kept' : 'discarded',
      attachment,
      onReady,
      signal: command.signal,
    },
    project.session.actions,
  );
}

function fateOfChanges(options: ShellOptions): string {
  return has(options, 'keep')
    ? 'a draft of a hook is made of what you change'
    : 'what you change is thrown away at its end';
}

function environmentOf({ graph }: OpenProject, target: Target): Readonly<Record<string, string>> {
  const { describes } =
    stepsInOrder(graph, [target.step]).find(isMetainfo) ?? bug(`${target.name} has no metainfo`);
  return hookEnvironment(describes, describes.architecture);
}

function isMetainfo(step: Step): step is MetainfoStep {
  return step.kind === 'metainfo';
}
