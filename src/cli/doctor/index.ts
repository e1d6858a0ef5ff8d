export function missingNeeds(_: unknown) { return Promise.resolve([] as readonly { what: string; why: string; remedy: string }[]); }
