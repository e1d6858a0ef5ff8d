/** The key that a signature claims to be by; nothing is proved until gpg has checked it. Upper-case hexadecimal. */
export interface ClaimedIssuer {
  readonly keyId?: string;
  readonly fingerprint?: string;
}

/**
 * Reads the issuer from an ASCII-armoured version 4 signature (RFC 4880 5.2.3, 6.2; the fingerprint subpacket is
 * that of RFC 9580 5.2.3.35). Answers an empty object for anything it does not understand.
 */
export function claimedIssuer(armoured: Uint8Array): ClaimedIssuer {
  const body = signatureBody(dearmour(Buffer.from(armoured).toString('latin1')));
  if (body === undefined || body[0] !== 4 || body.length < 6) return {};
  const hashedEnd = 6 + body.readUInt16BE(4);
  if (hashedEnd + 2 > body.length) return {};
  const hashed = body.subarray(6, hashedEnd);
  const unhashed = body.subarray(hashedEnd + 2, hashedEnd + 2 + body.readUInt16BE(hashedEnd));
  return issuerOf([...subpackets(hashed), ...subpackets(unhashed)]);
}

interface Subpacket {
  readonly type: number;
  readonly data: Buffer;
}

const ISSUER = 16;
const ISSUER_FINGERPRINT = 33;

function issuerOf(found: readonly Subpacket[]): ClaimedIssuer {
  const keyId = found.find((packet) => packet.type === ISSUER && packet.data.length === 8)?.data;
  // One byte of key version, then 20 bytes of fingerprint.
  const fingerprint = found.find(
    (packet) => packet.type === ISSUER_FINGERPRINT && packet.data.length === 21,
  )?.data;
  return {
    ...(keyId === undefined ? {} : { keyId: keyId.toString('hex').toUpperCase() }),
    ...(fingerprint === undefined ? {} : { fingerprint: fingerprint.toString('hex', 1).toUpperCase() }),
  };
}

function dearmour(text: string): Buffer {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const begin = lines.indexOf('-----BEGIN PGP SIGNATURE-----');
  const end = lines.indexOf('-----END PGP SIGNATURE-----');
  const blank = lines.indexOf('', begin);
  if (begin < 0 || blank < 0 || end < blank) return Buffer.alloc(0);
  const data = lines.slice(blank + 1, end).filter((line) => !line.startsWith('='));
  return Buffer.from(data.join(''), 'base64');
}

/** The body of the first packet if that is a signature (tag 2), by either kind of header (RFC 4880 4.2). */
function signatureBody(packet: Buffer): Buffer | undefined {
  const [first = 0] = packet;
  if ((first & 0xc0) === 0xc0 && (first & 0x3f) === 2) {
    const length = lengthAt(packet, 1);
    return length && packet.subarray(length.next, length.next + length.value);
  }
  if ((first & 0xfc) !== 0x88) return undefined;
  const width = [1, 2, 4][first & 3];
  if (width === undefined || packet.length < 1 + width) return undefined;
  return packet.subarray(1 + width, 1 + width + packet.readUIntBE(1, width));
}

function subpackets(area: Buffer): readonly Subpacket[] {
  const found: Subpacket[] = [];
  for (let at = 0; at < area.length; ) {
    const length = lengthAt(area, at);
    if (length === undefined || length.value === 0) break;
    const [type = 0] = area.subarray(length.next);
    // The high bit only says that a reader must understand the subpacket.
    found.push({ type: type & 0x7f, data: area.subarray(length.next + 1, length.next + length.value) });
    at = length.next + length.value;
  }
  return found;
}

/** A new-format length of one, two or five bytes (RFC 4880 4.2.2, 5.2.3.1). */
function lengthAt(bytes: Buffer, at: number): { readonly value: number; readonly next: number } | undefined {
  const [first, second] = bytes.subarray(at);
  if (first === undefined) return undefined;
  if (first < 192) return { value: first, next: at + 1 };
  if (first === 255)
    return at + 5 > bytes.length ? undefined : { value: bytes.readUInt32BE(at + 1), next: at + 5 };
  // 224 to 254 are partial lengths, which signatures never use.
  if (second === undefined || first >= 224) return undefined;
  return { value: ((first - 192) << 8) + second + 192, next: at + 2 };
}
