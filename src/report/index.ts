/**
 * What mkve tells its user: failures and events as closed unions of data, and the reporters that render them.
 * No other folder prints.
 */
export type { Event, Reporter } from './event.js';
export type { CommandFailed, Failure, HostNeed } from './failure.js';
export { count, formatArgv, formatDuration, formatSize } from './format.js';
export { JsonReporter } from './json-reporter.js';
export { LineSplitter } from './line-splitter.js';
export { PlainReporter, type Verbosity } from './plain-reporter.js';
export type { Problem } from './problem.js';
export { exitStatusOf, type Rendered, renderFailure, renderProblem } from './render.js';
export { assignSlots, type Interval } from './slots.js';
export { TeeReporter } from './tee-reporter.js';
export { TimelineRecorder } from './timeline-recorder.js';
export type { Difference, NamedDifference, Why } from './why.js';
export { describeDifference, describeWhy } from './why-words.js';
