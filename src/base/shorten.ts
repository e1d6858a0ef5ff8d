/**
 * A text as it may stand in a message, whatever its length: what is beyond `most` UTF-16 code units is left out, and no
 * character is cut in two.
 */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const isCut = /[\uD800-\uDBFF]/.test(text.charAt(most - 1));
  return `${text.slice(0, isCut ? most - 1 : most)}…`;
}
