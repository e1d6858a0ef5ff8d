import { checkSection, type Given, isObject } from './check.js';
import type { MmdebstrapPackages } from './config.js';
import { defined } from './defined.js';
import { type Draft, need } from './draft.js';
import { describeValue } from './key-path.js';
import { mmdebstrapShape } from './shapes.js';

const EXPECTED = "'auto' or mmdebstrap({ … }), which are what this version of mkve has";

/** Checks `packages`; `'auto'` where it is absent. */
export function checkPackages(given: Given, draft: Draft): 'auto' | MmdebstrapPackages {
  const { value, path } = given;
  if (value === undefined || value === 'auto') return 'auto';
  if (!isObject(value) || value['backend'] !== 'mmdebstrap') {
    const found = isObject(value) && 'backend' in value ? value['backend'] : value;
    draft.complain(path, `expected ${EXPECTED}, found ${describeValue(found)}`);
    return 'auto';
  }
  const checked = checkSection(mmdebstrapShape, given, draft.complain) ?? {};
  const keyrings = checked.keyrings?.map((written, index) =>
    need(draft, 'file', { key: [...path, 'keyrings', index], written }),
  );
  return defined({ ...checked, keyrings, backend: 'mmdebstrap' as const });
}
