/** All that is loaded when something is to be drawn. */
export { frameOf } from './frame.js';
export { LiveArea } from './live-area.js';
