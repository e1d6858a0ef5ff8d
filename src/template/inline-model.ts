/** A template written in an mkvefile: the same content as a native one, without its files. */
export interface InlineTemplate {
  readonly version: string;
  readonly vendor?: string | undefined;
  readonly license?: string | undefined;
  /** By name, in the order in which they are built. */
  readonly hypervisors: Readonly<Record<string, InlineHypervisor>>;
}

export interface InlineHypervisor {
  readonly packages?: readonly string[] | undefined;
  /** In the order they run. One that begins with `./`, `../` or `/` is a file; any other is looked up by its name. */
  readonly hooks?: readonly string[] | undefined;
  /** Directory whose files go into the bundle. */
  readonly conf?: string | undefined;
  /** Instead of the template's. */
  readonly version?: string | undefined;
}
