import { closestTo } from '../base/index.js';
import { type Assignment, parseAssignment } from './assignment.js';
import type { Finding } from './finding.js';
import { vpsConfNames } from './vps-conf-names.js';

const KNOWN: ReadonlySet<string> = new Set(vpsConfNames);

/**
 * Checks a container configuration as vps.conf(5) describes it. What a value means is left to vzctl: newer versions
 * take values that older ones refuse.
 */
export function checkVpsConf(lines: readonly string[]): readonly Finding[] {
  const findings: Finding[] = [];
  const seen = new Map<string, number>();
  for (const [index, text] of lines.entries()) {
    const line = index + 1;
    const parsed = parseAssignment(text);
    if (!parsed.ok) {
      findings.push({ line, ...parsed.error, severity: 'error', code: 'vps-conf-syntax' });
      continue;
    }
    if (parsed.value === undefined) continue;
    findings.push(
      ...checkAssignment({ assignment: parsed.value, line, before: seen.get(parsed.value.name) }),
    );
    seen.set(parsed.value.name, line);
  }
  return findings;
}

function checkAssignment(where: {
  readonly assignment: Assignment;
  readonly line: number;
  /** The line that set the same name, if there was one. */
  readonly before: number | undefined;
}): readonly Finding[] {
  const { assignment, line, before } = where;
  const findings: Finding[] = [];
  if (!KNOWN.has(assignment.name)) findings.push(unknownName(assignment.name, line));
  if (before !== undefined) {
    findings.push({
      line,
      message: `${assignment.name} was already set on line ${before}; the last one wins`,
      severity: 'warning',
      code: 'vps-conf-repeated',
    });
  }
  // The scripts of vzctl source this file as root on the host.
  if (/`|\$\(/.test(assignment.value)) {
    findings.push({
      line,
      message: `${assignment.name} holds a command that the host would run`,
      hint: 'write the value itself',
      severity: 'warning',
      code: 'vps-conf-command',
    });
  }
  return findings;
}

function unknownName(name: string, line: number): Finding {
  const near = closestTo(name, vpsConfNames);
  const message = `vps.conf(5) knows no name '${name}'`;
  return {
    line,
    message,
    ...(near === undefined ? {} : { hint: `did you mean ${near}?` }),
    severity: 'warning',
    code: 'vps-conf-name',
  };
}
