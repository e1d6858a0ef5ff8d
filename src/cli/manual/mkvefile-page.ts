import { bug } from '../../base/index.js';
import type { DeclaredInterface, DeclaredKey } from './declarations.js';
import type { ManualPage } from './page.js';
import { entry, paragraph, verbatim } from './roff.js';

/** The interfaces in the order of the page. One that is declared and stands here neither by name nor as hidden is a mistake. */
const PARTS: readonly (readonly [name: string, title: string])[] = [
  ['MkveConfig', 'KEYS'],
  ['TemplateOutputConfig', 'EVERY TEMPLATE'],
  ['NativeTemplateConfig', 'A TEMPLATE IN FILES'],
  ['InlineTemplateConfig', 'A TEMPLATE IN THE MKVEFILE'],
  ['InlineHypervisorConfig', 'ITS HYPERVISORS'],
  ['PackConfig', 'PACK'],
  ['HypervisorConfig', 'HYPERVISORS'],
  ['SignConfig', 'SIGN'],
  ['LimitsConfig', 'LIMITS'],
  ['CacheConfig', 'CACHE'],
];

const EXAMPLE = `import { defineConfig, mmdebstrap } from 'mkve';

export default defineConfig({
  templates: {
    'pptp-server': { path: './templates/pptp-server' },
    tiny: {
      version: '1.0',
      hypervisors: { lxc: { packages: ['less'], hooks: ['01-root'] } },
    },
  },
  packages: mmdebstrap({ suite: 'bookworm' }),
  sign: { key: 'ops@example.org' },
  cache: { maxSize: '20 GB', pin: ['tiny/*'] },
});`;

export function mkvefilePage(declared: readonly DeclaredInterface[]): ManualPage {
  const known = new Set(PARTS.map(([name]) => name));
  const options = declared.filter(({ name }) => !known.has(name) && name.endsWith('Options'));
  return {
    name: 'mkvefile',
    section: 5,
    summary: 'What mkve(1) builds',
    sections: [
      {
        title: 'DESCRIPTION',
        body: [
          paragraph(
            'mkvefile.ts is a TypeScript module that exports by default what `defineConfig` returned, or a promise of it. mkve takes the one in the working directory or in the nearest directory above. Relative paths in it are relative to it.',
          ),
          paragraph(
            'A key that is unknown, of another type, or names what is not there is a mistake, which is told by its path: `templates.tiny.output`.',
          ),
          verbatim(EXAMPLE),
        ],
      },
      ...PARTS.map(([name, title]) =>
        part(title, declared.find((found) => found.name === name) ?? bug(`no interface ${name}`)),
      ),
      ...options.map((found) => part(backendTitle(found.name), found)),
    ],
    seeAlso: ['mkve(1)', 'mkve-template(5)'],
  };
}

/** `MmdebstrapOptions` is what `mmdebstrap({ … })` takes. */
function backendTitle(name: string): string {
  return `PACKAGES BY ${name.replace(/Options$/, '')}`.toUpperCase();
}

function part(title: string, { text, keys }: DeclaredInterface): ManualPage['sections'][number] {
  return { title, body: [paragraph(text), ...keys.map(keyEntry)] };
}

function keyEntry({ name, isOptional, text, otherwise }: DeclaredKey): string {
  const rest = otherwise === undefined ? (isOptional ? '' : ' Needed.') : ` Default: ${otherwise}.`;
  return entry(name, `${text}${rest}`);
}
