import { compareCodeUnits } from '../../base/index.js';
import { count, formatDuration } from '../../report/index.js';
import type { TimelineRun } from '../../store/index.js';
import type { ViewBuild } from './view.js';
import { stepLabel } from './words.js';

/** The last build as the page shows it. Places are percentages of the time axis. */
export interface PageBuild {
  /** ISO 8601, UTC. */
  readonly ended: string;
  readonly summary: string;
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
  /** One a slot. */
  readonly lanes: readonly { readonly name: string; readonly bars: readonly PageBar[] }[];
  readonly criticalPath: {
    readonly duration: string;
    readonly steps: readonly { readonly step: string; readonly duration: string }[];
  };
  /** Steps that were not at work, by what became of them. */
  readonly rest: readonly { readonly title: string; readonly steps: readonly RestStep[] }[];
}

export interface PageBar {
  readonly step: string;
  readonly title: string;
  readonly how: TimelineRun['how'];
  readonly duration: string;
  readonly at: number;
  readonly width: number;
  readonly isCritical: boolean;
  /** Whether the graph has the step; otherwise it was of another target or is gone since. */
  readonly isShown: boolean;
}

interface RestStep {
  readonly step: string;
  readonly duration: string;
  readonly isShown: boolean;
}

/** @param shown the steps that the page has */
export function pageBuild(build: ViewBuild, shown: ReadonlySet<string>): PageBuild {
  const { runs, rest, endedAt, criticalPath } = build;
  const span = Math.max(1, build.durationMs, ...runs.map(({ endMs }) => endMs));
  const lanes = [...runs].sort((a, b) => compareCodeUnits(a.pool, b.pool) || a.slot - b.slot).map(laneName);
  const ran = new Set(runs.map(({ step }) => step)).size;
  const took = new Map(runs.map((run) => [run.step, run.endMs - run.startMs]));
  return {
    ended: new Date(endedAt).toISOString(),
    summary: `${count(ran, 'step')} at work for ${build.targets.join(', ')}, in ${formatDuration(build.durationMs)} with ${count(build.jobs, 'job')}`,
    ticks: ticksOf(span),
    lanes: [...new Set(lanes)].map((name) => ({
      name,
      bars: runs.filter((run) => laneName(run) === name).map((run) => barOf(run, { build, span, shown })),
    })),
    criticalPath: {
      duration: formatDuration(criticalPath.durationMs),
      steps: criticalPath.steps.map((step) => ({ step, duration: formatDuration(took.get(step) ?? 0) })),
    },
    rest: restOf(rest, shown),
  };
}

function laneName({ pool, slot }: TimelineRun): string {
  return `${pool} ${slot}`;
}

interface BarContext {
  readonly build: ViewBuild;
  readonly span: number;
  readonly shown: ReadonlySet<string>;
}

function barOf(run: TimelineRun, { build, span, shown }: BarContext): PageBar {
  const { step, how, startMs, endMs } = run;
  const isLastRun = build.runs.findLast((one) => one.step === step) === run;
  return {
    step,
    title: stepLabel(step).title,
    how,
    duration: formatDuration(endMs - startMs),
    at: percent(startMs, span),
    width: percent(endMs - startMs, span),
    isCritical: isLastRun && build.criticalPath.steps.some((id) => id === step),
    isShown: shown.has(step),
  };
}

/** Three decimals place a bar to a pixel on any screen. */
function percent(ms: number, span: number): number {
  return Math.round((ms / span) * 100_000) / 1000;
}

/** Four to ten ticks at round times. */
export function ticksOf(spanMs: number): PageBuild['ticks'] {
  const power = 10 ** Math.floor(Math.log10(spanMs / 4));
  const step = [1, 2, 2.5, 5].map((factor) => factor * power).findLast((one) => spanMs / one >= 4) ?? power;
  const ticks: { at: number; label: string }[] = [];
  for (let index = 0; index * step <= spanMs; index++) {
    const ms = index * step;
    ticks.push({ at: percent(ms, spanMs), label: ms === 0 ? '0' : tickLabel(ms) });
  }
  return ticks;
}

function tickLabel(ms: number): string {
  if (ms < 1000) return `${Number(ms.toPrecision(3))} ms`;
  if (ms < 60_000) return `${Number((ms / 1000).toPrecision(3))} s`;
  return formatDuration(ms);
}

function restOf(rest: ViewBuild['rest'], shown: ReadonlySet<string>): PageBuild['rest'] {
  return (['cached', 'failed', 'skipped', 'cancelled'] as const)
    .map((how) => {
      const steps = rest.filter((one) => one.how === how);
      const saved = steps.reduce((sum, { savedMs = 0 }) => sum + savedMs, 0);
      const word = how === 'failed' ? 'known to fail' : how;
      const title = `${count(steps.length, 'step')} ${word}${saved > 0 ? `, saving ${formatDuration(saved)}` : ''}`;
      return {
        title,
        steps: steps.map(({ step, savedMs }) => ({
          step,
          duration: savedMs === undefined ? '' : formatDuration(savedMs),
          isShown: shown.has(step),
        })),
      };
    })
    .filter(({ steps }) => steps.length > 0);
}
