import { closestTo } from '../base/index.js';
import { type Finding, parseAssignment } from '../hypervisor/index.js';
import { shown, versionFault } from './names.js';
import { linesOf } from './text.js';

const NAME = 'template_version';

export interface VersionReading {
  /** Absent when a finding says why. */
  readonly version?: string;
  readonly findings: readonly Finding[];
}

/** Reads a `version/HV` file: a shell-style assignment `template_version=0.02`. */
export function parseVersion(bytes: Uint8Array): VersionReading {
  const { lines, findings: undecoded } = linesOf(bytes);
  const findings: Finding[] = [...undecoded];
  let set: { readonly version: string; readonly line: number } | undefined;
  for (const [index, text] of lines.entries()) {
    const line = index + 1;
    const parsed = parseAssignment(text);
    if (!parsed.ok) findings.push({ line, ...parsed.error, severity: 'error' });
    if (!parsed.ok || parsed.value === undefined) continue;
    const { name, value } = parsed.value;
    if (name !== NAME) {
      findings.push(unknownName(name, line));
      continue;
    }
    if (set !== undefined) findings.push(repeated(line, set.line));
    set = { version: value, line };
  }
  return judged(set, findings);
}

function judged(
  set: { readonly version: string; readonly line: number } | undefined,
  findings: readonly Finding[],
): VersionReading {
  if (set !== undefined) {
    const fault = versionFault(set.version);
    if (fault === undefined) return { version: set.version, findings };
    return { findings: [...findings, { line: set.line, message: fault, severity: 'error' }] };
  }
  // A line that could not be read is the better explanation.
  if (findings.some(({ severity }) => severity === 'error')) return { findings };
  return {
    findings: [...findings, { message: `no ${NAME} is set: expected ${NAME}=VERSION`, severity: 'error' }],
  };
}

function repeated(line: number, before: number): Finding {
  return {
    line,
    message: `${NAME} was already set on line ${before}; the last one wins`,
    severity: 'warning',
  };
}

function unknownName(name: string, line: number): Finding {
  const hint = closestTo(name, [NAME]) === undefined ? `only ${NAME} is read` : `did you mean ${NAME}?`;
  return { line, message: `unknown name ${shown(name)}`, hint, severity: 'warning' };
}
