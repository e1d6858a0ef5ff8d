/** The package backends, by the names that `--backend` takes. */
export const BACKENDS: readonly string[] = ['auto', 'mmdebstrap', 'dnf', 'hasher', 'rootfs'];
