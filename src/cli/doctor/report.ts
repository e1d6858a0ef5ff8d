import { canonicalJson } from '../../base/index.js';
import { count, EVENT_FORMAT } from '../../report/index.js';
import { isMissing, type Need } from './need.js';
import { type Remedies, remedyOf, remedyOfAll } from './remedy.js';

const SECTIONS: readonly { readonly kind: Need['kind']; readonly title: string }[] = [
  { kind: 'tool', title: 'Host tools' },
  { kind: 'backend', title: 'Package backends' },
  { kind: 'kernel', title: 'Kernel abilities' },
  { kind: 'store', title: 'Store' },
  { kind: 'key', title: 'Signing' },
];

/** For people: every need, how to mend what is missing, and one command line for all of that. */
export function reportLines(needs: readonly Need[], remedies: Remedies): readonly string[] {
  const width = Math.max(...needs.map((need) => nameOf(need).length));
  const sections = SECTIONS.flatMap(({ kind, title }) => {
    const members = needs.filter((need) => need.kind === kind);
    return [title, ...members.flatMap((need) => needLines(need, width, remedies)), ''];
  });
  return [...sections, ...conclusion(needs, remedies)];
}

/** For programs: one JSON object a need. */
export function jsonLines(needs: readonly Need[], remedies: Remedies): readonly string[] {
  return needs.map(({ mend, ...need }) => {
    const remedy = mend === undefined || need.found ? undefined : remedyOf(mend, remedies);
    return canonicalJson({ type: 'need', format: EVENT_FORMAT, ...need, remedy });
  });
}

function needLines(need: Need, width: number, remedies: Remedies): readonly string[] {
  const line = `  ${stateOf(need).padEnd(8)} ${nameOf(need).padEnd(width)}  ${need.why}`;
  if (need.found) return [need.detail === undefined ? line : `${line} (${need.detail})`];
  const detail = need.detail === undefined ? [] : [`${INDENT}${need.detail}`];
  const remedy = need.mend === undefined ? [] : [`${INDENT}to mend it: ${remedyOf(need.mend, remedies)}`];
  return [line, ...detail, ...remedy];
}

const INDENT = ' '.repeat(11);

function stateOf(need: Need): string {
  if (need.found) return 'ok';
  // Nobody needs them all.
  if (need.kind === 'backend') return 'absent';
  return isMissing(need) ? 'missing' : 'warning';
}

function nameOf({ name, version }: Need): string {
  return version === undefined ? name : `${name} ${version}`;
}

function conclusion(needs: readonly Need[], remedies: Remedies): readonly string[] {
  const missing = needs.filter(isMissing).length;
  const unmet = needs.filter(({ found, kind }) => !found && kind !== 'backend');
  const warnings = unmet.length - missing;
  const noted = warnings === 0 ? '' : `, with ${count(warnings, 'warning')}`;
  const all = remedyOfAll(needs, remedies);
  const headline =
    missing === 0 ? `Nothing that building needs is missing${noted}.` : `Missing: ${missing}${noted}.`;
  return all === '' ? [headline] : [headline, 'To install all that is missing:', `  ${all}`];
}
