import { mkveBundleHelp, mkveCacheHelp, mkveTemplateHelp } from '../options/index.js';
import { commandPage } from './command-page.js';
import { readDeclarations } from './declarations.js';
import { mkvePage } from './mkve-page.js';
import { mkvefilePage } from './mkvefile-page.js';
import { type ManualPage, renderPage } from './page.js';
import { EXIT_STATUS, SINGLE_RUN } from './shared-sections.js';
import { templatePage } from './template-page.js';

/**
 * Every manual page by the name of its file, from what `--help` and editors show.
 * @param from.declarations the text of `mkvefile/config.ts`
 */
export function manualPages(from: {
  readonly version: string;
  readonly declarations: string;
}): ReadonlyMap<string, string> {
  const pages: readonly ManualPage[] = [
    mkvePage(),
    commandPage(mkveBundleHelp, { sections: SINGLE_RUN, seeAlso: ['mkve(1)', 'mkve-template(5)'] }),
    commandPage(mkveCacheHelp, { sections: SINGLE_RUN, seeAlso: ['mkve(1)', 'mkve-bundle(1)'] }),
    commandPage(mkveTemplateHelp, {
      sections: [EXIT_STATUS],
      seeAlso: ['mkve-template(5)', 'mkve-bundle(1)'],
    }),
    mkvefilePage(readDeclarations(from.declarations)),
    templatePage,
  ];
  return new Map(
    pages.map((page) => [`${page.name}.${page.section}`, renderPage(page, from.version)] as const),
  );
}
