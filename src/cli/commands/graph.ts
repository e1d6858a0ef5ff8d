import { resolve } from 'node:path';

import { assertNever, err, messageOf, ok, publishFile, type Result } from '../../base/index.js';
import type { Failure } from '../../report/index.js';
import { renderDot } from '../graph/dot.js';
import { gatherView } from '../graph/gather.js';
import { renderJson } from '../graph/json.js';
import { renderMermaid } from '../graph/mermaid.js';
import { renderText } from '../graph/text.js';
import { type Command, fail } from '../main.js';
import { openProject } from '../open-project.js';
import { has, lastOf, type mkveCommands, type OptionNames, type ParsedOptions } from '../options/index.js';
import type { Session } from '../session.js';
import { chooseTargets } from './build.js';

type Options = ParsedOptions<OptionNames<typeof mkveCommands.graph.options>>;

const FORMATS = ['text', 'dot', 'mermaid', 'json', 'html'] as const;
type Format = (typeof FORMATS)[number];

/** `mkve graph`: the graph in one of several renderings. */
export async function graphCommand(command: Command, options: Options): Promise<number> {
  const { streams, host } = command;
  const format = graphFormatOf(options);
  if (!format.ok) return fail('mkve', format.error, streams);
  const project = await openProject(command, options as ParsedOptions<'file' | 'jobs'>);
  if (!project.ok) return fail('mkve', project.error, streams);
  const { targets, session } = project.value;
  try {
    const chosen = chooseTargets(targets, options.operands);
    if (!chosen.ok) return fail('mkve', chosen.error, streams);
    const gathered = await gatherView(project.value, chosen.value);
    const text = await rendered(format.value, gathered, session);
    const output = lastOf(options, 'output');
    if (output === undefined) {
      streams.out(text.trimEnd());
      return 0;
    }
    const written = await write(resolve(host.cwd, output), text);
    return written.ok ? 0 : fail('mkve', written.error, streams);
  } finally {
    await session.close();
  }
}

async function rendered(
  format: Format,
  gathered: Awaited<ReturnType<typeof gatherView>>,
  session: Session,
): Promise<string> {
  const { view } = gathered;
  switch (format) {
    case 'text':
      return renderText(view);
    case 'dot':
      return renderDot(view);
    case 'mermaid':
      return renderMermaid(view);
    case 'json':
      return renderJson(view);
    case 'html': {
      const [{ gatherDetails }, { renderHtml }] = await Promise.all([
        import('../graph/details.js'),
        import('../graph/html.js'),
      ]);
      return renderHtml(view, await gatherDetails(gathered, session.store));
    }
    default:
      return assertNever(format);
  }
}

function graphFormatOf(options: Options): Result<Format, Failure> {
  const named = lastOf(options, 'format');
  if (named === undefined) return ok(has(options, 'json') ? 'json' : 'text');
  const format = FORMATS.find((one) => one === named);
  if (format === undefined) {
    const message = `--format takes ${FORMATS.slice(0, -1).join(', ')} or ${FORMATS.at(-1)}, found '${named}'`;
    return err({ kind: 'usage-wrong', message });
  }
  if (has(options, 'json') && format !== 'json') {
    return err({ kind: 'usage-wrong', message: `--json and --format ${format} ask for different formats` });
  }
  return ok(format);
}

async function write(path: string, text: string): Promise<Result<undefined, Failure>> {
  try {
    await publishFile(path, text);
    return ok(undefined);
  } catch (thrown) {
    return err({ kind: 'output-unwritable', path, detail: messageOf(thrown) });
  }
}
