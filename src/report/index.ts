/**
 * What mkve tells its user: failures and events as closed unions of data, and the reporters that render them.
 * No other folder prints.
 */
export type { Event, LockChange, Progress, Reporter } from './event.js';
export type { CommandFailed, Failure, HostNeed } from './failure.js';
export { type Folding, githubFolding, gitlabFolding } from './folding.js';
export { count, formatArgv, formatDuration, formatSize } from './format.js';
export { HeldReporter } from './held-reporter.js';
export { EVENT_FORMAT, jsonLine, jsonRecord } from './json-line.js';
export { JsonReporter } from './json-reporter.js';
export { LineSplitter } from './line-splitter.js';
export { LogBuffer } from './log-buffer.js';
export { type Paint, painter, type Style } from './paint.js';
export { PlainReporter, type Verbosity } from './plain-reporter.js';
export type { Problem } from './problem.js';
export { exitStatusOf, type Rendered, renderFailure, renderProblem } from './render.js';
export { assignSlots, type Interval } from './slots.js';
export { systemFailure } from './system-failure.js';
export { TeeReporter } from './tee-reporter.js';
export { loadDisplay } from './terminal/load-display.js';
export type { Clock, Terminal } from './terminal/terminal.js';
export { TerminalReporter, type TerminalReporterOptions } from './terminal/terminal-reporter.js';
export { TimelineRecorder } from './timeline-recorder.js';
export { visible, visibleName } from './visible.js';
export type { Difference, NamedDifference, Why } from './why.js';
export { describeDifference, describeWhy } from './why-words.js';
