import { Script } from 'node:vm';

import { describe, expect, it } from 'vitest';

import type { StepDetails } from '../../../../src/cli/graph/details.js';
import { joinModules, renderHtml } from '../../../../src/cli/graph/html.js';
import type { PageData } from '../../../../src/cli/graph/page-data.js';
import { sketchedView } from '../../../support/graph-sketch.js';

const hostile = 't/lxc:a"b</script><script>alert(1)</script><!--';

function page(details: Readonly<Record<string, StepDetails>> = {}) {
  const view = sketchedView({
    steps: { 'base:x': { run: [0, 10] }, [hostile]: { needs: ['base:x'], run: [10, 12] } },
  });
  return renderHtml(view, new Map(Object.entries(details)));
}

const dataOf = (html: string) =>
  JSON.parse(/<script type="application\/json" id="data">(.*?)<\/script>/s.exec(html)?.[1] ?? '') as PageData;

const log = (text: string, cutBytes = 0): StepDetails => ({ log: { kind: 'kept', text, cutBytes } });

describe('the page', () => {
  it('holds names and logs as data that cannot end it', () => {
    const said = 'волки </script><script>alert(2)</script> <!-- \u2028 {{data}} $&';
    const html = page({ [hostile]: log(said) });
    expect(html.match(/<script\b/g)).toHaveLength(2);
    expect(html.match(/<\/script/g)).toHaveLength(2);
    expect(html).not.toContain('<!--');
    const step = dataOf(html).steps.find(({ id }) => id === hostile);
    expect(step?.log.text).toBe(said);
  });

  it('refers to nothing outside of itself, and lets no browser load anything', () => {
    const html = page();
    expect(html.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(
      /https?:|\bsrc=|<link\b|@import|url\((?!#)/,
    );
    expect(html).toMatch(/Content-Security-Policy" content="default-src 'none'; style-src 'sha256-/);
  });

  it('has one script that is whole: every module, nothing twice, nothing imported', () => {
    const script = /<script type="module">(.*)<\/script>/s.exec(page())?.[1] ?? '';
    for (const name of ['drawGraph', 'drawTimeline', 'stepDetails', 'zoomButtons', 'stateIcon'])
      expect(script).toContain(`function ${name}(`);
    // In a block of strict code a name cannot be declared twice.
    expect(() => new Script(`'use strict'; { ${script} }`)).not.toThrow();
  });

  it('places every step, and says of each what it is in words', () => {
    const { steps, layout, targets } = dataOf(page());
    expect(layout.nodes.map(({ id }) => id)).toEqual(steps.map(({ id }) => id));
    expect(steps.map(({ word, isCritical }) => [word, isCritical])).toEqual([
      ['up to date', true],
      ['up to date', true],
    ]);
    expect(targets[0]).toMatchObject({ name: hostile, word: 'up to date' });
  });

  it('says when a log is cut, lost or empty, and when changes are', () => {
    const of = (details: StepDetails) => dataOf(page({ 'base:x': details })).steps[0];
    expect(of(log('end', 70_000))?.log).toEqual({
      note: 'The last 3 B; 70.0 kB before it are left out.',
      text: 'end',
    });
    expect(of({ log: { kind: 'lost' } })?.log.note).toBe('Its log is no longer in the store.');
    expect(of({ log: { kind: 'none' } })?.log.note).toBe('It wrote nothing.');
    const counts = { kind: 'known', added: 2, changed: 1, deleted: 0 } as const;
    const paths = [{ how: 'added', path: '/etc/a' }] as const;
    expect(of({ log: { kind: 'none' }, changes: { ...counts, paths } })?.changes).toEqual({
      note: '2 added, 1 changed, 0 deleted; the first 1 are listed.',
      paths,
    });
    expect(of({ log: { kind: 'none' }, changes: { kind: 'lost' } })?.changes?.note).toContain('no longer');
  });
});

describe('joining modules', () => {
  it('drops imports and exports', () => {
    const joined = joinModules([
      'export function a() {}\nexport const b = 1;\n',
      "import { a } from './a.js';\nimport {\n  b,\n} from './a.js';\n\na(b);\n",
    ]);
    expect(joined).toBe('function a() {}\nconst b = 1;\n\n\na(b);\n');
  });

  it('refuses what would end the script', () => {
    expect(() => joinModules(["const x = '</script>';"])).toThrow('BUG');
    expect(() => joinModules(['export default 1;'])).toThrow('BUG');
  });
});
