import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { bug } from '../../base/index.js';
import { pagePartDirectory } from '../host.js';
import type { StepDetails } from './details.js';
import { pageData } from './page-data.js';
import type { GraphView } from './view.js';

const STYLES = ['page.css', 'graph.css', 'timeline.css', 'details.css'];

/** In an order in which each comes after those it uses. */
const MODULES = ['dom.js', 'icons.js', 'zoom.js', 'drawing.js', 'timeline.js', 'details.js', 'main.js'];

/**
 * One page for a browser that needs nothing but itself: its policy lets it load nothing and run no script but its own.
 * What steps are called and wrote is in it as JSON only, which the script puts into text nodes.
 */
export function renderHtml(view: GraphView, details: ReadonlyMap<string, StepDetails>): string {
  const style = STYLES.map(readPart).join('\n');
  const script = joinModules(MODULES.map(readPart));
  const policy = `default-src 'none'; style-src ${hashSource(style)}; script-src ${hashSource(script)}; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>mkve graph</title>
<style>${style}</style>
</head>
<body>
<noscript>This page draws itself with the script in it; switch JavaScript on. It loads nothing.</noscript>
<header id="head"></header>
<div id="columns">
<main>
<section id="build" aria-label="Last build"></section>
<section id="graph" aria-label="Steps"></section>
</main>
<aside id="details" aria-label="The selected step"></aside>
</div>
<script type="application/json" id="data">${embedded(pageData(view, details))}</script>
<script type="module">${script}</script>
</body>
</html>
`;
}

/** JSON within a script element, where `</script` and `<!--` would mean something. */
export function embedded(data: unknown): string {
  return JSON.stringify(data).replaceAll('<', '\\u003c');
}

/** Modules as one: a page without a server cannot load others, and they are too few for a bundler. */
export function joinModules(modules: readonly string[]): string {
  const joined = modules
    .map((text) => text.replace(/^import [^;]*;\n/gm, '').replace(/^export (?=function|const|class)/gm, ''))
    .join('\n');
  if (/<\/(?:script|style)|<!--|^(?:import|export)\b/im.test(joined))
    bug('the script of the page cannot be embedded');
  return joined;
}

function readPart(name: string): string {
  return readFileSync(join(pagePartDirectory(), name), 'utf8');
}

/** As a Content-Security-Policy names an inline element: by the digest of its text. */
function hashSource(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
