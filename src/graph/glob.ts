/** Shell-like matching of target names: `*` and `?` stand for anything but `/`, `**` for anything. */
export function matchesGlob(name: string, pattern: string): boolean {
  return new RegExp(`^${patternSource(pattern)}$`, 'su').test(name);
}

function patternSource(pattern: string): string {
  return pattern.replace(/\*\*|[*?]|[^*?]+/gu, (part) => {
    if (part === '**') return '.*';
    if (part === '*') return '[^/]*';
    if (part === '?') return '[^/]';
    return part.replace(/[\\^$.|+()[\]{}]/gu, '\\$&');
  });
}
