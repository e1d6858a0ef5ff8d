/** What every program inside a root file system gets, and nothing else: SPEC section 2. */
export function insideEnvironment(sourceDateEpoch: number): Readonly<Record<string, string>> {
  return {
    PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/root',
    LC_ALL: 'C.UTF-8',
    TMPDIR: '/tmp',
    DEBIAN_FRONTEND: 'noninteractive',
    SOURCE_DATE_EPOCH: String(sourceDateEpoch),
  };
}
