/** Who calls mkve; read by the command line. */
export interface Caller {
  readonly uid: number;
  readonly gid: number;
  readonly name: string;
}

/** How many ids a worker's user namespace has. */
export const RANGE_LENGTH = 65_536;
