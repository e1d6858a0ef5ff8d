import { count, formatSize, visible } from '../../report/index.js';
import { type ChangedPart, displayName, metaOf, type SeenNode } from '../../tree/index.js';
import type { Comparison, ConfDifference, FieldDifference, PackageDifference } from './comparison.js';
import { type FileDifference, modeText } from './file-difference.js';

/** How many paths are listed, and how many lines of text a file: `--json` has all. */
const MOST_PATHS = 1000;
const MOST_HUNK_LINES = 200;

/** For people: a line each for what differs, the hunks of text below their files, and how much it is at the end. */
export function comparisonLines(comparison: Comparison): readonly string[] {
  const { before, after, metadata, packages, conf, files } = comparison;
  const more = files.length - MOST_PATHS;
  const body = [
    ...metadata.map(fieldLine),
    ...packages.map(packageLine),
    ...conf.map(confLine),
    ...files.slice(0, MOST_PATHS).flatMap(fileLines),
    ...(more > 0 ? [`and ${count(more, 'path')} more, which --json lists`] : []),
  ];
  if (body.length === 0) return [`same     ${before} and ${after}`];
  return [`from     ${before}`, `to       ${after}`, ...body, summaryOf(comparison)];
}

function summaryOf({ metadata, packages, conf, files }: Comparison): string {
  const counted = [
    [metadata.length, 'field'],
    [packages.length, 'package'],
    [conf.length, 'conf file'],
  ] as const;
  const others = counted.flatMap(([number, noun]) => (number === 0 ? [] : [count(number, noun)]));
  const of = (how: FileDifference['how']) => files.filter((file) => file.how === how).length;
  const paths =
    files.length === 0
      ? []
      : [`paths: ${of('added')} added, ${of('changed')} changed, ${of('deleted')} deleted`];
  return [...others, ...paths].join('; ');
}

function fieldLine({ field, before, after }: FieldDifference): string {
  return `metadata ${field}: ${before ?? 'none'} -> ${after ?? 'none'}`;
}

function packageLine({ name, arch, before, after }: PackageDifference): string {
  if (before === undefined) return `package  ${name} ${after} ${arch} added`;
  if (after === undefined) return `package  ${name} ${before} ${arch} deleted`;
  return `package  ${name} ${before} -> ${after} ${arch}`;
}

function confLine({ path, how, parts }: ConfDifference): string {
  return `conf     ${path} ${how}${parts.length === 0 ? '' : `: ${parts.join(', ')}`}`;
}

function fileLines(difference: FileDifference): readonly string[] {
  const { text } = difference;
  const line = differenceLine(difference);
  return text === undefined ? [line] : [line, ...hunkLines(text)];
}

/** `added    /etc/motd  file 0644 0:0 8 B` */
export function differenceLine(difference: FileDifference): string {
  const { path, how } = difference;
  return `${how.padEnd(8)} /${displayName(path)}  ${detailsOf(difference)}`;
}

function hunkLines(text: string): readonly string[] {
  const lines = text.trimEnd().split('\n');
  const more = lines.length - MOST_HUNK_LINES;
  return [
    ...lines.slice(0, MOST_HUNK_LINES).map((line) => `    ${visible(line)}`.trimEnd()),
    ...(more > 0 ? [`    and ${count(more, 'line')} more`] : []),
  ];
}

function detailsOf({ before, after, parts }: FileDifference): string {
  if (before !== undefined && after !== undefined) {
    const told = parts.filter((part) => part !== 'time' || !parts.some((other) => TIMED.has(other)));
    return told.map((part) => partWords(part, before, after)).join('; ');
  }
  const node = before ?? after;
  return node === undefined ? '' : nodeWords(node);
}

/** What changes the time as well, so that nobody need be told of that. */
const TIMED: ReadonlySet<ChangedPart> = new Set(['type', 'content', 'target']);

/** `file 0644 0:0 1.2 kB`, `symlink 0777 0:0 -> target` */
function nodeWords(node: SeenNode): string {
  const { uid, gid, xattrs } = metaOf(node);
  const attributes = xattrs === undefined ? '' : ` with ${Object.keys(xattrs).map(plain).join(', ')}`;
  return `${node.type} ${modeText(node)} ${uid}:${gid}${specialWords(node)}${attributes}`;
}

function specialWords(node: SeenNode): string {
  if (node.type === 'file') return ` ${formatSize(node.size)}`;
  if (node.type === 'symlink') return ` -> ${displayName(node.target)}`;
  return node.type === 'char' || node.type === 'block' ? ` ${node.major},${node.minor}` : '';
}

function targetWords(node: SeenNode): string {
  return node.type === 'symlink' ? ` ${displayName(node.target)}` : '';
}

function partWords(part: ChangedPart, before: SeenNode, after: SeenNode): string {
  const [old, now] = [metaOf(before), metaOf(after)];
  switch (part) {
    case 'type':
      return `${nodeWords(before)} -> ${nodeWords(after)}`;
    case 'content':
      return `content${sizes(before, after)}`;
    case 'target':
      return `target${targetWords(before)}${specialWords(after)}`;
    case 'mode':
      return `mode ${modeText(before)} -> ${modeText(after)}`;
    case 'owner':
      return `owner ${old.uid}:${old.gid} -> ${now.uid}:${now.gid}`;
    case 'time':
      return `time ${dateText(old.mtime)} -> ${dateText(now.mtime)}`;
    default:
      return part;
  }
}

function sizes(before: SeenNode, after: SeenNode): string {
  if (before.type !== 'file' || after.type !== 'file' || before.size === after.size) return '';
  return ` ${formatSize(before.size)} -> ${formatSize(after.size)}`;
}

/** @param seconds since 1970; an archive of others may hold any number */
function dateText(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString();
}

function plain(name: string): string {
  return displayName(name as Parameters<typeof displayName>[0]);
}
