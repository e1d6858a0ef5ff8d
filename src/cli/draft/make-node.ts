import { assertNever } from '../../base/index.js';
import { formatSize } from '../../report/index.js';
import { type ByteString, metaOf, type SeenNode } from '../../tree/index.js';
import { type FileDifference, modeText } from '../diff/file-difference.js';
import { textOf } from '../diff/texts.js';
import { hereDocument, pathWord, quoted } from './shell-words.js';

export interface MakeContext {
  readonly before: ReadonlyMap<ByteString, Uint8Array>;
  readonly after: ReadonlyMap<ByteString, Uint8Array>;
  /** Seconds: what the time of everything becomes that a hook makes. */
  readonly sourceDateEpoch: number;
}

/** Commands that make a path what it became. What no command of a script can do is a call of `todo`. */
export function makeNode(difference: FileDifference, context: MakeContext): readonly string[] {
  const { path, after } = difference;
  if (after === undefined) return [];
  const word = pathWord(path);
  if (path.endsWith('\n')) return [todo(word, 'a name that ends with a newline')];
  const isThere = difference.before?.type === after.type;
  return [
    ...(difference.before === undefined || isThere ? [] : [`rm -rf -- ${word}`]),
    ...contentOf(difference, after, context),
    ...(isLink(after, path) ? [] : metadataOf(difference, after, isThere)),
    ...timeOf(difference, after, context),
  ];
}

export function todo(word: string, what: string): string {
  return `todo ${word} ${quoted(what)}`;
}

function contentOf(difference: FileDifference, after: SeenNode, context: MakeContext): readonly string[] {
  const { path, before, parts } = difference;
  const word = pathWord(path);
  const isThere = before?.type === after.type;
  switch (after.type) {
    case 'dir':
      return isThere ? [] : [`mkdir ${word}`];
    case 'file': {
      const [first] = after.links ?? [];
      if (isLink(after, path) && first !== undefined) {
        return isThere && !parts.includes('names') ? [] : [`ln -f -- ${pathWord(first)} ${word}`];
      }
      return isThere && !parts.includes('content') ? [] : fileContent(path, after.size, context);
    }
    case 'symlink':
      if (isThere && !parts.includes('target') && !parts.includes('owner')) return [];
      return [`ln -sfn -- ${targetWord(after.target)} ${word}`];
    case 'fifo':
      return isThere ? [] : [`mkfifo ${word}`];
    case 'char':
    case 'block':
      return [todo(word, 'a device: no hook can make one')];
    default:
      return assertNever(after);
  }
}

/** A further name of a file: it is what the first one is. */
function isLink(node: SeenNode, path: ByteString): boolean {
  return node.type === 'file' && node.links !== undefined && node.links[0] !== path;
}

function targetWord(target: ByteString): string {
  // `pathWord` begins with a slash, and a target need not.
  return pathWord(target).replace(/^(['"](?:\$\(printf %b ')?)\//, '$1');
}

function fileContent(path: ByteString, size: number, { before, after }: MakeContext): readonly string[] {
  const word = pathWord(path);
  const bytes = after.get(path);
  if (bytes === undefined) return [todo(word, `a file of ${formatSize(size)}`)];
  const text = textOf(bytes);
  if (text === '') return [`: >${word}`];
  if (text === undefined) {
    const encoded = Buffer.from(bytes).toString('base64').replace(/.{76}/g, '$&\n').trimEnd();
    return [`base64 -d >${word} ${hereDocument(`${encoded}\n`)}`];
  }
  if (!text.endsWith('\n')) return [`printf %s ${quoted(text)} >${word}`];
  const old = textOf(before.get(path));
  const isLonger = old?.endsWith('\n') === true && text.startsWith(old);
  return isLonger
    ? [`cat >>${word} ${hereDocument(text.slice(old.length))}`]
    : [`cat >${word} ${hereDocument(text)}`];
}

/** The owner first: chown(2) takes away setuid bits. */
function metadataOf({ path, parts }: FileDifference, after: SeenNode, isThere: boolean): readonly string[] {
  const { uid, gid, xattrs } = metaOf(after);
  const word = pathWord(path);
  const mode = modeText(after);
  const isOwnerNew = isThere ? parts.includes('owner') : uid !== 0 || gid !== 0;
  const isModeNew = isThere ? parts.includes('mode') || isOwnerNew : mode !== usualMode(after);
  const isAttributed = isThere ? parts.includes('attributes') : xattrs !== undefined;
  return [
    ...(isOwnerNew ? [`chown -h ${uid}:${gid} ${word}`] : []),
    ...(isModeNew && after.type !== 'symlink' ? [`chmod ${mode} ${word}`] : []),
    ...(isAttributed
      ? [todo(word, `extended attributes: ${Object.keys(xattrs ?? {}).join(', ') || 'none'}`)]
      : []),
  ];
}

/** What it gets under the umask of hooks. */
function usualMode(node: SeenNode): string {
  return node.type === 'dir' ? '0755' : '0644';
}

function timeOf(
  { path, parts, before }: FileDifference,
  after: SeenNode,
  { sourceDateEpoch }: MakeContext,
): readonly string[] {
  const { mtime } = metaOf(after);
  const isNew = before === undefined || parts.includes('time') || parts.includes('type');
  return isNew && mtime !== sourceDateEpoch ? [`touch -h -d @${mtime} ${pathWord(path)}`] : [];
}
