import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Ajv2020 } from 'ajv/dist/2020.js';

import { type Event, JsonReporter } from '../../src/report/index.js';

interface Branch {
  readonly examples: readonly { readonly type: string }[];
  readonly properties: Readonly<Record<string, object>>;
}

/** docs/events.schema.json */
export const eventSchema = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../docs/events.schema.json'), 'utf8'),
) as {
  readonly oneOf: readonly { readonly $ref: string }[];
  readonly $defs: Readonly<Record<string, Branch>>;
};

const ajv = new Ajv2020({ allErrors: true });
const validate = ajv.compile(eventSchema);
/** By the type, so that a fault is named once and not for every other type as well. */
const validators = new Map(
  eventSchema.oneOf.map(({ $ref }) => {
    const type = $ref.slice('#/$defs/'.length);
    return [type, ajv.compile({ ...eventSchema, oneOf: [{ $ref }] })];
  }),
);

/** What is wrong with an object that `--json` printed; empty when it is as documented. */
export function schemaFaults(object: unknown): readonly string[] {
  if (validate(object)) return [];
  const type = String((object as { readonly type?: unknown } | null)?.type);
  const own = validators.get(type);
  if (own === undefined) return [`no type '${type}' in docs/events.schema.json`];
  own(object);
  return (own.errors ?? []).map(
    ({ instancePath, message, params }) => `${type}${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}

/** Throws where an event, as the JSON reporter prints it, is not as documented. */
export function checkEvent(event: Event): void {
  new JsonReporter((line) => {
    const faults = schemaFaults(JSON.parse(line));
    if (faults.length > 0) throw new Error(`${line}: ${faults.join('; ')}`);
  }).report(event);
}
