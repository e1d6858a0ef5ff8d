import { err, ok, type Result } from '../base/index.js';

/** One `NAME=value` line, quotes taken off. */
export interface Assignment {
  readonly name: string;
  readonly value: string;
}

/** What is wrong with a line, without saying where. */
export interface AssignmentFault {
  readonly message: string;
  readonly hint?: string;
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const NO_SPACE = 'a shell allows none there; remove it';
const CONTROL = /(?!\t)\p{Cc}/u;
const AFTER_VALUE = /^[ \t]*$|^[ \t]+#/;
// What a shell would not take as part of an unquoted word.
const UNQUOTED = /^[^\s'"`;&|<>()\\]*/;

/**
 * Reads one line of the subset of shell that configuration files such as vps.conf(5) are written in: `NAME=value`,
 * `NAME="value"`, `NAME='value'`, each with an optional comment behind. Nothing is expanded.
 * @returns undefined for an empty line or a comment
 */
export function parseAssignment(line: string): Result<Assignment | undefined, AssignmentFault> {
  const text = line.trim();
  if (text === '' || text.startsWith('#')) return ok(undefined);
  if (CONTROL.test(text)) return err({ message: 'a control character, which no reader of the file expects' });
  const equals = text.indexOf('=');
  if (equals < 0) return err({ message: `expected NAME=value, found '${text}'` });
  const name = text.slice(0, equals);
  if (!NAME.test(name)) return err(nameFault(name));
  const value = parseValue(text.slice(equals + 1));
  return value.ok
    ? ok({ name, value: value.value })
    : err({ ...value.error, message: `${name}: ${value.error.message}` });
}

function nameFault(name: string): AssignmentFault {
  if (NAME.test(name.trim())) {
    return { message: `white space between '${name.trim()}' and '='`, hint: NO_SPACE };
  }
  return { message: `'${name}' is no name: expected letters, digits and '_', not beginning with a digit` };
}

function parseValue(text: string): Result<string, AssignmentFault> {
  const quote = text[0];
  if (quote === '"' || quote === "'") return parseQuoted(text, quote);
  if (/^[ \t]+[^# \t]/.test(text)) {
    return err({ message: "white space between '=' and the value", hint: NO_SPACE });
  }
  const value = UNQUOTED.exec(text)?.[0] ?? '';
  if (AFTER_VALUE.test(text.slice(value.length))) return ok(value);
  return err({
    message: `the unquoted value ends before '${text.slice(value.length).trim()}'`,
    hint: 'put the whole value in double quotes',
  });
}

function parseQuoted(text: string, quote: string): Result<string, AssignmentFault> {
  const end = closingQuote(text, quote);
  if (end < 0) return err({ message: `the closing ${quote} is missing` });
  const rest = text.slice(end + 1);
  if (!AFTER_VALUE.test(rest)) {
    return err({
      message: `expected the end of the line after the closing ${quote}, found '${rest.trim()}'`,
    });
  }
  const inside = text.slice(1, end);
  // sh(1): between double quotes a backslash quotes only these four; between single quotes, nothing.
  return ok(quote === '"' ? inside.replace(/\\(["\\$`])/g, '$1') : inside);
}

function closingQuote(text: string, quote: string): number {
  for (let at = 1; at < text.length; at++) {
    if (text[at] === quote) return at;
    if (text[at] === '\\' && quote === '"') at++;
  }
  return -1;
}
