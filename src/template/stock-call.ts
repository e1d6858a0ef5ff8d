/** Which stock file a listed name runs, and with what. */
export interface StockCall {
  readonly file: string;
  readonly args: readonly string[];
}

const FAMILY_FILE = 'chkconfig';
// The greedy middle lets a service hold `_`; the last part is the state. Characters: systemd.unit(5), which LSB names fit.
const FAMILY = /^[0-9]+-chkconfig_([A-Za-z0-9_][A-Za-z0-9_.:@\\-]*)_(on|off)$/;

/** SPEC section 2: `NN-chkconfig_SERVICE_on` and `…_off` are one hook with two arguments; any other name is a file. */
export function stockCallOf(name: string): StockCall | undefined {
  const [, service, state] = FAMILY.exec(name) ?? [];
  if (service !== undefined && state !== undefined) return { file: FAMILY_FILE, args: [service, state] };
  return name === FAMILY_FILE ? undefined : { file: name, args: [] };
}

/** What to write instead of a name that was meant for the family and is none of it. */
export function familyHint(name: string): string | undefined {
  if (!name.includes(FAMILY_FILE)) return undefined;
  return 'a service is turned on or off by NN-chkconfig_SERVICE_on or NN-chkconfig_SERVICE_off, NN being digits';
}
