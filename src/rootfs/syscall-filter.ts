/**
 * System calls that a hook has no business with and that reach beyond its namespaces: the caller's kernel keyrings
 * (keyrings(7): the session keyring is inherited), and interfaces with a long record of holes in the kernel.
 * Numbers as in each architecture's table (arch/.../syscall.tbl, asm-generic/unistd.h).
 */
const FORBIDDEN: Readonly<Record<string, readonly FilteredArchitecture[]>> = {
  x64: [
    {
      audit: 0xc000003e,
      numbers: [248, 249, 250, 298, 310, 311, 321, 323, 425, 426, 427],
      // x32 calls say x86-64 too and add this bit to the number.
      alien: 0x40000000,
    },
    // 32-bit calls from 64-bit code: add_key, request_key, keyctl, perf, process_vm_*, bpf, userfaultfd, io_uring.
    { audit: 0x40000003, numbers: [286, 287, 288, 336, 347, 348, 357, 374, 425, 426, 427] },
  ],
  arm64: [{ audit: 0xc00000b7, numbers: [217, 218, 219, 241, 270, 271, 280, 282, 425, 426, 427] }],
};

interface FilteredArchitecture {
  /** AUDIT_ARCH_* of linux/audit.h. */
  readonly audit: number;
  readonly numbers: readonly number[];
  /** Calls with this bit in their number are forbidden altogether. */
  readonly alien?: number;
}

type Instruction = readonly [code: number, whenTrue: number, whenFalse: number, operand: number];

/** Classic BPF (linux/filter.h): load a word, jump if equal, jump if a bit is set, return. */
const load = (offset: number): Instruction => [0x20, 0, 0, offset];
const jumpIfEqual = (value: number, whenTrue: number, whenFalse: number): Instruction => [
  0x15,
  whenTrue,
  whenFalse,
  value,
];
const jumpIfSet = (bits: number, whenTrue: number, whenFalse: number): Instruction => [
  0x45,
  whenTrue,
  whenFalse,
  bits,
];
const answer = (value: number): Instruction => [0x06, 0, 0, value];

const ALLOW = answer(0x7fff0000);
/** SECCOMP_RET_ERRNO with EPERM. */
const REFUSE = answer(0x00050001);
/** Offsets in struct seccomp_data. */
const NUMBER = 0;
const ARCHITECTURE = 4;

/**
 * A seccomp filter for bwrap's `--seccomp`, or nothing for an architecture whose numbers are not known here.
 * @param architecture as Node names it: `x64`
 */
export function syscallFilter(architecture: string): Buffer | undefined {
  const known = FORBIDDEN[architecture];
  if (known === undefined) return undefined;
  const blocks = known.map(blockFor);
  const program: Instruction[] = [load(ARCHITECTURE)];
  for (const [index, block] of blocks.entries()) {
    program.push(jumpIfEqual(known[index]?.audit ?? 0, 0, block.length), ...block);
  }
  // Any other way of calling is not one that programs for this machine use.
  program.push(REFUSE);
  return Buffer.concat(program.map(encode));
}

function blockFor({ numbers, alien }: FilteredArchitecture): readonly Instruction[] {
  const checks = numbers.map((number, index) => jumpIfEqual(number, numbers.length - index, 0));
  const foreign = alien === undefined ? [] : [jumpIfSet(alien, numbers.length + 1, 0)];
  return [load(NUMBER), ...foreign, ...checks, ALLOW, REFUSE];
}

/** struct sock_filter, in the byte order of the architectures above. */
function encode([code, whenTrue, whenFalse, operand]: Instruction): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt16LE(code, 0);
  bytes.writeUInt8(whenTrue, 2);
  bytes.writeUInt8(whenFalse, 3);
  bytes.writeUInt32LE(operand >>> 0, 4);
  return bytes;
}
