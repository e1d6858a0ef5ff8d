/** The package backends that this version has, by the names that `--backend` takes. */
export const BACKENDS: readonly string[] = ['auto', 'mmdebstrap'];
