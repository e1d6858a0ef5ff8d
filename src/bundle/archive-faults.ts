/** What a reader of an untrusted archive may object to. */
export type ArchiveFault =
  /** Reading stopped here: the rest of the file means nothing. */
  | { readonly kind: 'archive-malformed'; readonly detail: string }
  /** The member was skipped. `detail` ends a sentence that begins with its name. */
  | { readonly kind: 'member-refused'; readonly path: string; readonly detail: string }
  | { readonly kind: 'member-misplaced'; readonly path: string; readonly after: string };
