/** One exact package. */
export interface ResolvedPackage {
  readonly name: string;
  readonly version: string;
  readonly arch: string;
  /** Hexadecimal. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  /** The name it gets where it lies with others, unique among them. */
  readonly file: string;
  readonly uri: string;
  /** Of the base system: the priority that the repository gives it (deb-control(5)). */
  readonly priority?: string;
}
