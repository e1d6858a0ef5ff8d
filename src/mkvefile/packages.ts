import { checkSection, type Given, isObject } from './check.js';
import type { PackagesConfig } from './config-packages.js';
import { defined } from './defined.js';
import { absoluteIn, type Draft, need } from './draft.js';
import { describeValue } from './key-path.js';
import { dnfShape, hasherShape, mmdebstrapShape, rootfsShape } from './shapes.js';

const EXPECTED = "'auto', mmdebstrap({ … }), dnf({ … }), hasher({ … }) or rootfs({ … })";

/** Checks `packages`; `'auto'` where it is absent. */
export function checkPackages(given: Given, draft: Draft): PackagesConfig {
  const { value, path } = given;
  if (value === undefined || value === 'auto') return 'auto';
  const backend = isObject(value) ? value['backend'] : undefined;
  switch (backend) {
    case 'mmdebstrap': {
      const checked = checkSection(mmdebstrapShape, given, draft.complain) ?? {};
      return defined({ ...checked, ...neededBy(checked, { given, draft }), backend });
    }
    case 'dnf': {
      const checked = checkSection(dnfShape, given, draft.complain) ?? {};
      return defined({ ...checked, ...neededBy(checked, { given, draft }), backend });
    }
    case 'rootfs': {
      const checked = checkSection(rootfsShape, given, draft.complain) ?? {};
      const from = absoluteIn(draft, checked.from ?? '.');
      if (checked.from !== undefined)
        draft.needed.push({ key: [...path, 'from'], absolute: from, kind: 'file or directory' });
      return defined({ ...checked, ...neededBy(checked, { given, draft }), from, backend });
    }
    case 'hasher': {
      const checked = checkSection(hasherShape, given, draft.complain) ?? {};
      const { workdir: written } = checked;
      const workdir =
        written === undefined ? undefined : need(draft, 'directory', { key: [...path, 'workdir'], written });
      return defined({ ...checked, workdir, backend });
    }
    default: {
      const found = isObject(value) && 'backend' in value ? value['backend'] : value;
      draft.complain(path, `expected ${EXPECTED}, found ${describeValue(found)}`);
      return 'auto';
    }
  }
}

/** The files and directories that must be there, absolute. */
function neededBy(
  checked: {
    readonly keyrings?: readonly string[] | undefined;
    readonly local?: readonly string[] | undefined;
  },
  { given, draft }: { readonly given: Given; readonly draft: Draft },
) {
  const all = (key: 'keyrings' | 'local', kind: 'file' | 'directory') =>
    checked[key]?.map((written, index) => need(draft, kind, { key: [...given.path, key, index], written }));
  return { keyrings: all('keyrings', 'file'), local: all('local', 'directory') };
}
