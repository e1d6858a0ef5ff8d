/** How the log viewer of a CI system is told to fold lines, and what others must not make it do. */
export interface Folding {
  /** What stands before the lines that are folded under a title; the title is part of it. */
  open(title: string): string;
  close(): string;
  /** Lines of anybody's text, so that the system takes them for nothing but text. */
  guard(text: string): string;
  /** A line that marks a failure in the system's own overview, where there is such a thing. */
  mark(title: string, message: string): string | undefined;
}

/**
 * GitHub's workflow commands (docs.github.com, "Workflow commands for GitHub Actions"). The runner obeys lines that
 * begin with `::` after any spaces and, for its older form, those with `##[` anywhere; a backslash takes both away.
 */
export const githubFolding: Folding = {
  open: (title) => `::group::${escapeData(title)}`,
  close: () => '::endgroup::',
  guard: (text) => text.replaceAll(/^([^\S\n]*)::/gm, '$1\\::').replaceAll('##[', '##\\['),
  mark: (title, message) => `::error title=${escapeProperty(title)}::${escapeData(message)}`,
};

/**
 * GitLab's collapsible sections (docs.gitlab.com, "Expand and collapse job log sections"). The markers begin with an
 * escape sequence that shown text cannot hold any more, so nothing has to be guarded.
 * @param unixSeconds the time, by which GitLab shows how long a section took
 */
export function gitlabFolding(unixSeconds: () => number): Folding {
  let sections = 0;
  const marker = (what: string) => `\x1b[0Ksection_${what}\r\x1b[0K`;
  return {
    open: (title) =>
      `${marker(`start:${Math.floor(unixSeconds())}:mkve_${++sections}[collapsed=true]`)}${title}`,
    close: () => marker(`end:${Math.floor(unixSeconds())}:mkve_${sections}`),
    guard: (line) => line,
    mark: () => undefined,
  };
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
